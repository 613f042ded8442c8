"""How fast requests are checked on one core: `python -m bench.check`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from bench import payload
from collector.limits import Limits
from collector.otlp.check import RequestChecker, without_invalid_spans

_ROUNDS = 7
_REQUESTS = 16


def main() -> None:
    """Print spans per second for both shapes of requests, beside a loop that looks at each span."""
    checker = RequestChecker(Limits())
    table = Table("requests", "bytes/span", "check, spans/s", "loop over spans, spans/s")
    runs: tuple[tuple[payload.Shape, int], ...] = (("realistic", 512), ("small", 1000), ("realistic", 1))
    for shape, spans in runs:
        requests = list(itertools.islice(payload.requests(shape, spans), _REQUESTS))
        size = sum(map(len, requests)) / (spans * _REQUESTS)
        checked = _best(checker.check, requests, spans)
        looped = _best(without_invalid_spans, requests, spans)
        table.add_row(f"{spans} {shape} spans", f"{size:.0f}", f"{checked:,.0f}", f"{looped:,.0f}")
    Console().print(table)


def _best(check: Callable[[bytes], object], requests: list[bytes], spans: int) -> float:
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for request in requests:
            check(request)
        seconds.append(time.perf_counter() - started)
    return spans * len(requests) / min(seconds)


if __name__ == "__main__":
    main()
