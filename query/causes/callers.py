"""Who else calls the same operations of a callee, and how much of the waiting is theirs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from query.links.figures import by_link
from query.model.cause import RankedCaller

NS_PER_MS = 1_000_000


def ranked_callers(
    frames: Iterable[pl.DataFrame], callee: str, operations: Iterable[str], seconds: float
) -> list[RankedCaller]:
    """Callers of a callee on some of its operations, those who wait longest in all first.

    Args:
        frames: Figures by operation (columns of `query.links.aggregate`), of any links.
        callee: Whose callers.
        operations: Only calls of these operations.
        seconds: Length of the window.
    """
    wanted = pl.col("Callee").eq(callee) & pl.col("Operation").is_in(list(operations))
    found = by_link(*(frame.filter(wanted) for frame in frames))
    times_ns = {key: figures.observed.sum_ns for key, figures in found.items()}
    total_ns = sum(times_ns.values())
    ranked = []
    for key, figures in found.items():
        times = figures.observed.percentiles()
        if times is None:
            continue
        ranked.append(
            RankedCaller(
                caller=key.caller,
                kind=key.kind,
                calls=round(figures.calls),
                calls_per_second=figures.calls / seconds,
                errors=round(figures.errors),
                error_rate=figures.error_rate,
                p95_ms=times.p95,
                time_ms=times_ns[key] / NS_PER_MS,
                time_share=times_ns[key] / total_ns if total_ns else 0.0,
            )
        )
    return sorted(ranked, key=lambda one: (-one.time_ms, one.caller, one.kind))
