"""Another program that stores spans itself, beside our all-in-one: spans per second, CPU, memory, in turns.

`python -m bench.all_in_one --peer BINARY --peer-config FILE --stored METRIC`. The peer is run as `BINARY
--config FILE` and finds in its environment what a configuration may refer to: `OTLP_GRPC_PORT`,
`METRICS_PORT` (both of 127.0.0.1) and `DATA`, an empty directory. Spans of a peer count as its metric METRIC
says, ours when they can be read. Neither peers nor their configurations are part of this repository.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.ingest import child, until_readable
from bench.peer import until_listening
from bench.server import running, stop
from tests.clickhouse_server import free_ports

_CASES = (("realistic", 512, 64), ("small", 1000, 64))
_WARM_UP_SECONDS = 2.0
# What a peer has not stored that long after its last answer is not waited for.
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Contender:
    """A program that runs.

    Attributes:
        pid: Its process.
        port: Where it takes OTLP/gRPC.
        wait: Returns when so many spans of all sent can be read, or no more come; says how many.
    """

    pid: int
    port: int
    wait: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """One run."""

    spans_per_second: float
    stored_share: float
    p99_ms: float
    cpu_us_per_span: float
    peak_memory_mib: float
    failures: int


def main() -> None:
    """Reads options, measures in turns, prints medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a program that takes OTLP and stores it")
    parser.add_argument("--peer-config", type=Path, required=True, help="given to it as --config")
    parser.add_argument("--stored", required=True, help="its metric that counts stored spans")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15, help="length of each measurement")
    options = parser.parse_args()
    # What goes into a file is not folded to the width of a terminal.
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"machine: {machine.description()}; load {machine.load()}; generator on the same cores")
    contenders: dict[str, Callable[[], AbstractContextManager[Contender]]] = {
        "spanhouse serve": _spanhouse,
        options.peer.name: lambda: _peer(
            options.peer.resolve(), options.peer_config.resolve(), options.stored
        ),
    }
    table = Table("program", "traffic", "spans/s", "stored", "p99 ms", "CPU µs/span", "peak MiB", "errors")
    for case in _CASES:
        done: dict[str, list[Figures]] = {name: [] for name in contenders}
        for number in range(options.rounds):
            for name, start in contenders.items():
                with start() as contender:
                    figures = _run(contender, case, options.seconds)
                console.print(f"{name}, {case}, round {number + 1}: {figures}")
                done[name].append(figures)
        for name, all_figures in done.items():
            table.add_row(name, "{}, {} spans, {} in flight".format(*case), *_medians(all_figures))
    console.print(table)
    console.print(f"medians of {options.rounds} rounds of {options.seconds:g} s; load now {machine.load()}")


def _medians(runs: list[Figures]) -> list[str]:
    return [
        f"{statistics.median(run.spans_per_second for run in runs):,.0f}",
        f"{min(run.stored_share for run in runs):.1%}",
        f"{statistics.median(run.p99_ms for run in runs):,.0f}",
        f"{statistics.median(run.cpu_us_per_span for run in runs):.1f}",
        f"{statistics.median(run.peak_memory_mib for run in runs):,.0f}",
        str(sum(run.failures for run in runs) or "none"),
    ]


def _run(contender: Contender, case: tuple[str, int, int], seconds: float) -> Figures:
    shape, spans, in_flight = case
    traffic = ("--port", contender.port, "--shape", shape, "--spans", spans, "--in-flight", in_flight)
    warm = child("bench.load", *traffic, "--seconds", min(_WARM_UP_SECONDS, seconds))
    before = contender.wait(warm["spans"])
    cpu = machine.cpu_seconds(contender.pid)
    load = child("bench.load", *traffic, "--seconds", seconds, "--seed", 2)
    answered = time.perf_counter()
    stored = contender.wait(before + load["spans"]) - before
    took = load["seconds"] + time.perf_counter() - answered
    return Figures(
        spans_per_second=stored / took,
        stored_share=stored / max(1, load["spans"]),
        p99_ms=load["p99_ms"],
        cpu_us_per_span=(machine.cpu_seconds(contender.pid) - cpu) / max(1, stored) * 1e6,
        peak_memory_mib=machine.peak_memory_mib(contender.pid),
        failures=sum(load["failures"].values()),
    )


@contextmanager
def _spanhouse() -> Iterator[Contender]:
    with running("--log-level", "error") as server:

        def wait(acknowledged: int) -> int:
            until_readable(server)
            return acknowledged

        yield Contender(server.pid, server.grpc_port, wait)


@contextmanager
def _peer(program: Path, configuration: Path, metric: str) -> Iterator[Contender]:
    grpc_port, metrics_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as directory:
        environment = os.environ | {
            "OTLP_GRPC_PORT": str(grpc_port),
            "METRICS_PORT": str(metrics_port),
            "DATA": directory,
        }
        process = subprocess.Popen([program, "--config", configuration], env=environment)

        def wait(acknowledged: int) -> int:
            deadline = time.perf_counter() + _PATIENCE_SECONDS
            while (stored := _stored(metrics_port, metric)) < acknowledged:
                if time.perf_counter() > deadline:
                    if not stored:
                        raise RuntimeError(f"the peer has no metric {metric} that says it stored something")
                    break
                time.sleep(0.05)
            return stored

        try:
            until_listening(grpc_port, process)
            yield Contender(process.pid, grpc_port, wait)
        finally:
            stop(process)


def _stored(port: int, metric: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith((f"{metric}{{", f"{metric} "))]
    return round(sum(float(line.rpartition(" ")[2]) for line in found))


if __name__ == "__main__":
    main()
