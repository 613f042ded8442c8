"""What a load generator prints: one line of JSON, the same for each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def line(answered: Sequence[float], failures: Mapping[str, int], *, spans: int, took: float) -> str:
    """The line.

    Args:
        answered: Seconds that each request which was acknowledged took.
        failures: Others, by what was wrong.
        spans: In each request.
        took: Seconds from the first request to the last answer.
    """
    latencies = sorted(answered) or [0.0]
    return json.dumps(
        {
            "requests": len(answered),
            "spans": len(answered) * spans,
            "seconds": took,
            "p50_ms": latencies[len(latencies) // 2] * 1e3,
            "p99_ms": latencies[int(len(latencies) * 0.99)] * 1e3,
            "failures": failures,
        }
    )
