"""Another collector beside ours: spans per second that are in the table, CPU and memory, in turns.

`python -m bench.peer --peer BINARY --peer-config FILE`. The peer is run as `BINARY --config FILE` and finds
in its environment what a configuration may refer to: `OTLP_GRPC_PORT`, `CLICKHOUSE_HTTP_PORT`,
`CLICKHOUSE_TCP_PORT` (both of 127.0.0.1) and `CLICKHOUSE_DATABASE`, where it is to make `otel_traces`.
Neither peers nor their configurations are part of this repository.

A span counts when it is in `otel_traces`, whenever it was acknowledged: a collector that answers before it
stores is given the time it takes to store, and what it never stores is told.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.ingest import child
from bench.server import collecting, stop
from tests import tools
from tests.clickhouse_server import ClickHouseServer, free_ports, start_server

_CASES = (("realistic", 512, 64), ("small", 1000, 64))
_COUNT = "SELECT count() FROM {database:Identifier}.otel_traces"
_DROP = "DROP DATABASE {database:Identifier} SYNC"
_START_SECONDS = 60.0
# Longer than any collector waits for a batch to fill.
_UNCHANGED_SECONDS = 20.0

Start = Callable[[ClickHouseServer, str], AbstractContextManager[tuple[int, int]]]
"""Starts a collector that writes into a database of a server; gives its process id and its OTLP/gRPC port."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of one collector."""

    spans_per_second: float
    stored_share: float
    p99_ms: float
    cpu_us_per_span: float
    server_cpu_us_per_span: float
    peak_memory_mib: float
    failures: dict[str, int]


def main() -> None:
    """Reads options, measures in turns, prints medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a collector's program")
    parser.add_argument("--peer-config", type=Path, required=True, help="given to it as --config")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    options = parser.parse_args()
    # What goes into a file is not folded to the width of a terminal.
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"machine: {machine.description()}; generator and ClickHouse on the same cores")
    contenders: dict[str, Start] = {
        "spanhouse collector": _spanhouse,
        options.peer.name: lambda server, database: _peer(
            options.peer.resolve(), options.peer_config.resolve(), server, database
        ),
    }
    table = Table(
        *("collector", "traffic", "spans/s", "stored", "p99 ms", "CPU µs/span"),
        *("ClickHouse CPU µs/span", "peak MiB", "errors"),
    )
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as home:
        server = start_server(tools.clickhouse_library(), Path(home))
        try:
            for case in _CASES:
                done: dict[str, list[Outcome]] = {name: [] for name in contenders}
                for number in range(options.rounds):
                    for name, start in contenders.items():
                        outcome = _round(server, start, case, options.seconds)
                        console.print(f"{name}, {case}, round {number + 1}, load {machine.load()}: {outcome}")
                        done[name].append(outcome)
                for name, outcomes in done.items():
                    table.add_row(name, "{}, {} spans, {} in flight".format(*case), *_medians(outcomes))
        finally:
            server.stop()
    console.print(table)
    console.print(f"medians of {options.rounds} rounds of {options.seconds:g} s")


def _medians(outcomes: list[Outcome]) -> list[str]:
    failures: dict[str, int] = {}
    for outcome in outcomes:
        for code, count in outcome.failures.items():
            failures[code] = failures.get(code, 0) + count
    return [
        f"{statistics.median(o.spans_per_second for o in outcomes):,.0f}",
        f"{min(o.stored_share for o in outcomes):.1%}",
        f"{statistics.median(o.p99_ms for o in outcomes):,.0f}",
        f"{statistics.median(o.cpu_us_per_span for o in outcomes):.2f}",
        f"{statistics.median(o.server_cpu_us_per_span for o in outcomes):.2f}",
        f"{statistics.median(o.peak_memory_mib for o in outcomes):,.0f}",
        str(failures or "none"),
    ]


def _round(server: ClickHouseServer, start: Start, case: tuple[str, int, int], seconds: float) -> Outcome:
    """One run into a database of its own, which is dropped after it."""
    shape, spans, in_flight = case
    database = f"peer_{time.monotonic_ns()}"
    with start(server, database) as (pid, port):
        traffic = ("--port", port, "--shape", shape, "--spans", spans, "--in-flight", in_flight)
        warm = child("bench.load", *traffic, "--seconds", min(2.0, seconds))
        _settle(server, database, until=warm["spans"])
        before, cpu, server_cpu = _count(server, database), *_cpu(pid, server)
        load = child("bench.load", *traffic, "--seconds", seconds, "--seed", 2)
        waited = _settle(server, database, until=before + load["spans"])
        stored = _count(server, database) - before
        cpu_after, server_cpu_after = _cpu(pid, server)
        outcome = Outcome(
            spans_per_second=stored / (load["seconds"] + waited),
            stored_share=stored / max(1, load["spans"]),
            p99_ms=load["p99_ms"],
            cpu_us_per_span=(cpu_after - cpu) / max(1, stored) * 1e6,
            server_cpu_us_per_span=(server_cpu_after - server_cpu) / max(1, stored) * 1e6,
            peak_memory_mib=machine.peak_memory_mib(pid),
            failures=load["failures"],
        )
    _ask(server, _DROP, database)
    return outcome


def _cpu(pid: int, server: ClickHouseServer) -> tuple[float, float]:
    return machine.cpu_seconds(pid), machine.cpu_seconds(server.pid)


def _settle(server: ClickHouseServer, database: str, until: int) -> float:
    """Waits until so many spans are stored, or no more come; returns the seconds until the last ones came."""
    started = changed = time.perf_counter()
    count = -1
    while (now := time.perf_counter()) - changed < _UNCHANGED_SECONDS:
        found = _count(server, database)
        if found != count:
            count, changed = found, now
        if count >= until:
            break
        time.sleep(0.05)
    return changed - started


def _count(server: ClickHouseServer, database: str) -> int:
    return int(_ask(server, _COUNT, database))


def _ask(server: ClickHouseServer, statement: str, database: str) -> str:
    parameters = urllib.parse.urlencode({"param_database": database})
    with urllib.request.urlopen(f"{server.url}/?{parameters}", statement.encode(), timeout=60) as answer:
        return str(answer.read().decode())


@contextmanager
def _spanhouse(server: ClickHouseServer, database: str) -> Iterator[tuple[int, int]]:
    with collecting("--clickhouse", f"{server.url}/{database}") as running:
        yield running


@contextmanager
def _peer(
    program: Path, configuration: Path, server: ClickHouseServer, database: str
) -> Iterator[tuple[int, int]]:
    [port] = free_ports(1)
    environment = os.environ | {
        "OTLP_GRPC_PORT": str(port),
        "CLICKHOUSE_HTTP_PORT": str(server.http_port),
        "CLICKHOUSE_TCP_PORT": str(server.tcp_port),
        "CLICKHOUSE_DATABASE": database,
    }
    process = subprocess.Popen([program, "--config", configuration], env=environment)
    try:
        until_listening(port, process)
        yield process.pid, port
    finally:
        stop(process)


def until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until a program takes connections.

    Raises:
        RuntimeError: It ended, or does not within a minute.
    """
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the peer does not listen on port {port}; exit code {process.poll()}")


if __name__ == "__main__":
    main()
