"""Small requests: how many per second of 1, 5 and 10 spans, and how long each waits. `python -m bench.small`.

Without options it measures `spanhouse serve`; with `--workers N` it measures `spanhouse collector` with so
many processes against a ClickHouse server, which it starts as the tests do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.collector import clickhouse_server
from bench.ingest import child
from bench.server import collecting, running

_SPANS = (1, 5, 10)
_IN_FLIGHT = 512
_RATE = 5_000
# Four connections of as many calls as the server takes from each.
_MOST_IN_FLIGHT = 4_096


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    parser.add_argument("--workers", type=int, help="collector processes against a ClickHouse server")
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}; generator on the same cores")
    table = Table("spans", "asked", "requests/s", "p50 ms", "p99 ms", "server CPU µs/request", "errors")
    with _target(options.workers) as (pid, port):
        traffic = ("--port", port, "--seconds", options.seconds)
        child("bench.raw_load", *traffic, "--made", 20_000)
        for spans in _SPANS:
            for name, limits in (
                (f"all, {_IN_FLIGHT} in flight", ("--in-flight", _IN_FLIGHT)),
                (f"{_RATE:,}/s", ("--rate", _RATE, "--in-flight", _MOST_IN_FLIGHT)),
            ):
                before = machine.cpu_seconds_of_group(pid)
                load = child("bench.raw_load", *traffic, "--spans", spans, *limits, "--seed", spans)
                cpu = machine.cpu_seconds_of_group(pid) - before
                table.add_row(
                    str(spans),
                    name,
                    f"{load['requests'] / load['seconds']:,.0f}",
                    f"{load['p50_ms']:,.0f}",
                    f"{load['p99_ms']:,.0f}",
                    f"{cpu / max(1, load['requests']) * 1e6:,.0f}",
                    str(load["failures"] or "none"),
                )
    console.print(table)


@contextmanager
def _target(workers: int | None) -> Iterator[tuple[int, int]]:
    """Process and OTLP/gRPC port of what is measured."""
    if workers is None:
        with running("--log-level", "error") as server:
            yield server.pid, server.grpc_port
        return
    with (
        clickhouse_server() as url,
        collecting("--clickhouse", f"{url}/bench", "--workers", str(workers)) as (pid, port),
    ):
        yield pid, port


if __name__ == "__main__":
    main()
