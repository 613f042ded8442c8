"""What the collector process costs against a ClickHouse server: CPU per span, memory, requests per second.

`python -m bench.collector [--clickhouse URL]`; without a URL it starts the server that the tests use.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.ingest import child
from bench.server import collecting
from tests import tools
from tests.clickhouse_server import start_server

_CASES = (("realistic", 512, 64), ("realistic", 100, 64), ("small", 1000, 64))


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clickhouse", help="URL of an empty server")
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}; generator and ClickHouse on the same cores")
    table = Table("traffic", "requests/s", "spans/s", "p99 ms", "collector CPU µs/span", "peak MiB", "errors")
    with clickhouse_server(options.clickhouse) as url:
        for number, (shape, spans, in_flight) in enumerate(_CASES):
            with collecting("--clickhouse", f"{url}/bench_{number}") as (pid, port):
                traffic = ("--port", port, "--shape", shape, "--spans", spans, "--in-flight", in_flight)
                child("bench.load", *traffic, "--seconds", min(2.0, options.seconds))
                before = machine.cpu_seconds(pid)
                load = child("bench.load", *traffic, "--seconds", options.seconds, "--seed", 2)
                cpu = machine.cpu_seconds(pid) - before
                table.add_row(
                    f"{shape}, {spans} spans, {in_flight} in flight",
                    f"{load['requests'] / load['seconds']:,.0f}",
                    f"{load['spans'] / load['seconds']:,.0f}",
                    f"{load['p99_ms']:,.0f}",
                    f"{cpu / max(1, load['spans']) * 1e6:.2f}",
                    f"{machine.peak_memory_mib(pid):,.0f}",
                    str(load["failures"] or "none"),
                )
    console.print(table)


@contextmanager
def clickhouse_server(url: str | None = None) -> Iterator[str]:
    """The URL of the server named, or of one that runs meanwhile."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as home:
        server = start_server(tools.clickhouse_library(), Path(home))
        try:
            yield server.url
        finally:
            server.stop()


if __name__ == "__main__":
    main()
