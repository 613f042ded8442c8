"""Whether questions and ingest hurt each other: clients loop over map, links, search and traces.

    python -m bench.clients --clients 10 --seconds 15

Four stretches of one server that has been taking spans for a while: ingest alone as fast as it goes, the same
with the clients, the clients alone, and the clients at half of the rate that ingest had alone. Prints what
ingest keeps of its rate and what the 99th percentile of answers becomes.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.asking import Asker
from bench.ingest import child, until_readable
from bench.server import RunningServer, running

# The first parts of a fresh store are merged with nothing, which would flatter the rate without clients.
_WARM_UP_SECONDS = 15.0
SPANS = 512
IN_FLIGHT = 32
PATHS = {
    "map": "/api/v1/map?start=-15m",
    "links": "/api/v1/links?start=-1h",
    "search": "/api/v1/traces?start=-1h&min_duration_ms=1&sort=newest",
    "slowest": "/api/v1/traces?start=-15m&sort=slowest",
    "trace": "",
}


@dataclass(slots=True)
class _Asked:
    """Answer times in milliseconds, by kind of question."""

    times: dict[str, list[float]] = field(default_factory=dict)
    failures: int = 0

    def quantile(self, share: float) -> float:
        """Over all questions; 0 without any."""
        found = sorted(one for times in self.times.values() for one in times)
        return found[min(len(found) - 1, int(share * len(found)))] if found else 0.0

    @property
    def count(self) -> int:
        """How many were answered."""
        return sum(map(len, self.times.values()))


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15, help="length of each stretch")
    parser.add_argument("--kinds", nargs="+", choices=PATHS, default=list(PATHS), help="of questions")
    options = parser.parse_args()
    console = Console(width=140)
    console.print(f"machine: {machine.description()}")
    table = Table(
        "stretch", "spans/s", "questions/s", "p50 ms", "p99 ms", "p50 ms by kind", "refused", "cores"
    )
    with running() as server:
        _load(server, min(_WARM_UP_SECONDS, options.seconds), None)
        until_readable(server)
        rates: list[float] = []
        p99s: list[float] = []
        for name, sends, rate_share, clients in (
            ("ingest alone", True, None, 0),
            ("ingest and clients", True, None, options.clients),
            ("clients alone", False, None, options.clients),
            ("clients, ingest at half of its rate", True, 0.5, options.clients),
        ):
            rate = rate_share and rates[0] * rate_share
            kinds = [options.kinds] * clients
            spans_per_second, asked, cores = _stretch(server, options.seconds, kinds, sends, rate)
            rates.append(spans_per_second)
            p99s.append(asked.quantile(0.99))
            table.add_row(
                name,
                f"{spans_per_second:,.0f}",
                f"{asked.count / options.seconds:,.1f}",
                f"{asked.quantile(0.5):,.0f}",
                f"{asked.quantile(0.99):,.0f}",
                " ".join(f"{kind} {statistics.median(times):,.0f}" for kind, times in asked.times.items()),
                str(asked.failures),
                f"{cores:.2f}",
            )
    console.print(table)
    console.print(
        f"ingest keeps {rates[1] / rates[0]:.0%} of its rate beside {options.clients} clients; at half of it "
        f"p99 of answers is {p99s[3] / p99s[2]:.1f} times that without ingest; load {machine.load()}"
    )


def _stretch(
    server: RunningServer, seconds: float, clients: list[list[str]], sends: bool, rate: float | None
) -> tuple[float, _Asked, float]:
    """Spans per second that can be read, answers, and how many cores the server kept busy.

    Each client asks some kinds of questions in turn.
    """
    asked = _Asked()
    ended = threading.Event()
    lock = threading.Lock()
    threads = [
        threading.Thread(target=_ask, args=(server, number, kinds, ended, asked, lock))
        for number, kinds in enumerate(clients)
    ]
    cpu = machine.cpu_seconds(server.pid)
    for thread in threads:
        thread.start()
    started = time.perf_counter()
    spans = 0
    if sends:
        spans = _load(server, seconds, rate)["spans"]
        until_readable(server)
    else:
        time.sleep(seconds)
    took = time.perf_counter() - started
    ended.set()
    for thread in threads:
        thread.join()
    return spans / took, asked, (machine.cpu_seconds(server.pid) - cpu) / took


def _load(server: RunningServer, seconds: float, spans_per_second: float | None) -> dict[str, Any]:
    limits = ["--in-flight", IN_FLIGHT, *(["--rate", spans_per_second / SPANS] if spans_per_second else [])]
    return child("bench.load", "--port", server.grpc_port, "--spans", SPANS, "--seconds", seconds, *limits)


def _ask(
    server: RunningServer,
    number: int,
    names: list[str],
    ended: threading.Event,
    asked: _Asked,
    lock: Any,
) -> None:
    asker = Asker(server.ui_url)
    ids: list[str] = []
    turn = number
    while not ended.is_set():
        name = names[turn % len(names)]
        turn += 1
        path = PATHS[name]
        if name == "trace":
            ids = ids or asker.trace_ids("/api/v1/traces?start=-1h&limit=20")
            if not ids:
                continue
            path = f"/api/v1/traces/{ids[turn % len(ids)]}"
        try:
            took = asker.milliseconds(path)
        except RuntimeError:
            with lock:
                asked.failures += 1
            continue
        with lock:
            asked.times.setdefault(name, []).append(took)


if __name__ == "__main__":
    main()
