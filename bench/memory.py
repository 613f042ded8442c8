"""Memory of the all-in-one under full load, minute by minute. `python -m bench.memory --seconds 600`."""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.ingest import child, until_readable
from bench.server import running

_EVERY_SECONDS = 0.5
_MINUTE_SECONDS = 60.0


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--spans", type=int, default=512, help="per request")
    parser.add_argument("--in-flight", type=int, default=64)
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}; load {machine.load()}; generator on the same cores")
    with running("--log-level", "error") as server:
        samples: list[tuple[float, float, float]] = []
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(server.pid, samples, done))
        watcher.start()
        load = child(
            "bench.load",
            *("--port", server.grpc_port, "--spans", options.spans, "--seconds", options.seconds),
            *("--in-flight", options.in_flight),
        )
        until_readable(server)
        ended = time.monotonic()
        time.sleep(min(30.0, options.seconds))
        done.set()
        watcher.join()
    table = Table("minute", "resident MiB, median", "most", "of that anonymous, median")
    began = samples[0][0]
    for minute in range(int((ended - began) // _MINUTE_SECONDS) + 1):
        first = began + minute * _MINUTE_SECONDS
        here = [one for one in samples if first <= one[0] < min(first + _MINUTE_SECONDS, ended)]
        if here:
            table.add_row(str(minute + 1), *_figures(here))
    after = [one for one in samples if one[0] > ended]
    table.add_row("after the load", *_figures(after))
    console.print(table)
    console.print(
        f"{load['spans'] / load['seconds']:,.0f} spans/s acknowledged, {load['spans']:,} in all; "
        f"errors {load['failures'] or 'none'}; load now {machine.load()}"
    )


def _figures(samples: list[tuple[float, float, float]]) -> tuple[str, str, str]:
    resident = [one[1] for one in samples]
    anonymous = statistics.median(one[2] for one in samples)
    return f"{statistics.median(resident):,.0f}", f"{max(resident):,.0f}", f"{anonymous:,.0f}"


def _watch(pid: int, samples: list[tuple[float, float, float]], done: threading.Event) -> None:
    """Notes time, resident and anonymous MiB until told to end."""
    while not done.wait(_EVERY_SECONDS):
        found = {}
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon"):
                found[name] = int(value.split()[0]) / 1024
        samples.append((time.monotonic(), found["VmRSS"], found["RssAnon"]))


if __name__ == "__main__":
    main()
