"""Durable acknowledged spans per second end to end, beside what the engine alone does with the same bytes.

Every round measures both, one after the other, so that the ratio is of the same minutes of the same machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.server import RunningServer, running

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_WAITING = "spanhouse_unpack_waiting_bytes "


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of traffic."""

    name: str
    shape: str
    spans_per_request: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement of one case."""

    spans_per_second: float
    engine_spans_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_span: float
    peak_memory_mib: float
    failures: dict[str, int]

    @property
    def ratio(self) -> float:
        """End to end over engine alone."""
        return self.spans_per_second / self.engine_spans_per_second


CASES = (
    Case("realistic, 512 spans, 32 in flight", "realistic", 512, 32),
    Case("realistic, 512 spans, 64 in flight", "realistic", 512, 64),
    Case("realistic, 512 spans, 256 in flight", "realistic", 512, 256),
    Case("small, 1000 spans, 256 in flight", "small", 1000, 256),
)


def measure(rounds: int, seconds: float, console: Console) -> None:
    """Runs all cases and prints a table of medians."""
    console.print(f"machine: {machine.description()}")
    table = Table(
        "traffic", "spans/s", "engine alone", "ratio", "p50 ms", "p99 ms", "CPU µs/span", "peak MiB"
    )
    for case in CASES:
        done = []
        for number in range(rounds):
            console.print(f"{case.name}: round {number + 1} of {rounds} …")
            done.append(_round(case, seconds))
        table.add_row(
            case.name,
            *(
                f"{statistics.median(values):,.{digits}f}"
                for values, digits in (
                    ([r.spans_per_second for r in done], 0),
                    ([r.engine_spans_per_second for r in done], 0),
                    ([r.ratio for r in done], 2),
                    ([r.p50_ms for r in done], 0),
                    ([r.p99_ms for r in done], 0),
                    ([r.cpu_us_per_span for r in done], 1),
                    ([r.peak_memory_mib for r in done], 0),
                )
            ),
        )
        failed: dict[str, int] = {}
        for one in done:
            for code, count in one.failures.items():
                failed[code] = failed.get(code, 0) + count
        if failed:
            console.print(f"{case.name}: answered with errors: {failed}")
    console.print(table)
    console.print(f"medians of {rounds} rounds of {seconds:g} s; generator on the same cores")


def _round(case: Case, seconds: float) -> Round:
    engine = child(
        "bench.engine", "--shape", case.shape, "--spans", case.spans_per_request, "--seconds", seconds
    )
    with running() as server:
        _load(server, case, min(2.0, seconds))  # connections open, caches warm
        cpu_before = machine.cpu_seconds(server.pid)
        load = _load(server, case, seconds, seed=2)
        settle = until_readable(server)
        cpu = machine.cpu_seconds(server.pid) - cpu_before
        memory = machine.peak_memory_mib(server.pid)
    return Round(
        spans_per_second=load["spans"] / (load["seconds"] + settle),
        engine_spans_per_second=engine["spans"] / engine["seconds"],
        p50_ms=load["p50_ms"],
        p99_ms=load["p99_ms"],
        cpu_us_per_span=cpu / max(load["spans"], 1) * 1e6,
        peak_memory_mib=memory,
        failures=load["failures"],
    )


def until_readable(server: RunningServer) -> float:
    """Waits; returns the seconds until every acknowledged span can be read: they count as work too."""
    started = time.perf_counter()
    while True:
        with urllib.request.urlopen(f"{server.ui_url}/metrics") as answer:
            [line] = [one for one in answer.read().decode().splitlines() if one.startswith(_WAITING)]
        if float(line.split()[1]) == 0:
            return time.perf_counter() - started
        time.sleep(0.02)


def _load(server: RunningServer, case: Case, seconds: float, seed: int = 1) -> dict[str, Any]:
    return child(
        "bench.load",
        *("--port", server.grpc_port, "--shape", case.shape, "--spans", case.spans_per_request),
        *("--seconds", seconds, "--in-flight", case.in_flight, "--seed", seed),
    )


def child(module: str, *options: object) -> dict[str, Any]:
    """Runs a module of ours with these options; returns the JSON of its last line."""
    finished = subprocess.run(
        [sys.executable, "-m", module, *(str(option) for option in options)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return answer
