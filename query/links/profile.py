"""One link in depth: its course over time, its histogram, its operations. Pure sums of `LinkData`."""

from __future__ import annotations

import polars as pl

from query.links.figures import Figures, by_column
from query.links.folding import Folding
from query.links.sketch import NS_PER_MS, lower_bound_ns
from query.links.source import LinkData
from query.model.link import DependencyLink, HistogramBucket, LinkDetail, LinkOperation, LinkStep
from query.model.window import NS_PER_S, Window, rfc3339

STEPS_WANTED = 60
STEP_SECONDS = (10, 30, 60, 300, 900, 3_600, 10_800, 86_400)
# Eight sketch buckets make one bar: nine per tenfold.
BUCKETS_PER_BAR = 8
OPERATIONS_SHOWN = 100
# After so many hours figures are there per minute, then per hour only (storage/sql/migrations).
_KEPT_HOURS = ((190, 3_600), (24, 60))


def step_seconds(window: Window) -> int:
    """The step that cuts a window into about sixty."""
    return next(
        (step for step in STEP_SECONDS if window.seconds / step <= STEPS_WANTED * 1.5), STEP_SECONDS[-1]
    )


def slot_seconds(window: Window, now_ns: int) -> int:
    """The same, as far as figures are still kept so finely at `now_ns`."""
    age_hours = (now_ns - window.start_ns) / NS_PER_S / 3_600
    kept = next((seconds for hours, seconds in _KEPT_HOURS if age_hours > hours), 0)
    return max(step_seconds(window), kept)


def detail_of(
    link: DependencyLink, figures: Figures, data: LinkData, fine: LinkData, step: int, folding: Folding
) -> LinkDetail:
    """Everything about one link of a window.

    Args:
        link: The link.
        figures: Its figures over the whole window.
        data: The window.
        fine: The same from slots no longer than `step` seconds, the time series' steps.
        step: Seconds.
        folding: Which callees are shown as one.
    """
    between = (
        pl.col("Caller").eq(link.caller) & pl.col("Callee").eq(link.callee) & pl.col("Kind").eq(link.kind)
    )
    callee = "" if folding.hides(link.callee) else link.callee
    slots = folding.apply(fine.slots(step, caller=link.caller, callee=callee))
    steps = by_column("Start", slots.filter(between))
    operations = by_column(
        "Operation", *(folding.apply(frame).filter(between) for frame in data.operations(link.caller, callee))
    )
    return LinkDetail(
        link=link,
        start=data.window.start,
        end=data.window.end,
        step_seconds=float(step),
        timeseries=_timeseries(steps, data.window, step),
        histogram=_bars(figures.observed.histogram),
        operations=_operations(operations),
        failing_exemplars=figures.failed,
    )


def _timeseries(steps: dict[int, Figures], window: Window, step: int) -> list[LinkStep]:
    first = window.start_ns // NS_PER_S // step * step
    return [
        _step(start, steps.get(start, Figures()))
        for start in range(first, -(-window.end_ns // NS_PER_S), step)
    ]


def _step(start: int, figures: Figures) -> LinkStep:
    observed = figures.observed.percentiles()
    server, gap = figures.server.percentiles(), figures.gap.percentiles()
    return LinkStep(
        start=rfc3339(start * NS_PER_S),
        calls=round(figures.calls),
        errors=round(figures.errors),
        p50=observed.p50 if observed else None,
        p95=observed.p95 if observed else None,
        p99=observed.p99 if observed else None,
        server_p95=server.p95 if server else None,
        gap_p95=gap.p95 if gap else None,
    )


def _bars(histogram: dict[int, float]) -> list[HistogramBucket]:
    bars: dict[int, float] = {}
    for bucket, calls in histogram.items():
        bar = bucket // BUCKETS_PER_BAR
        bars[bar] = bars.get(bar, 0.0) + calls
    if not bars:
        return []
    return [
        HistogramBucket(
            from_ms=lower_bound_ns(bar * BUCKETS_PER_BAR) / NS_PER_MS,
            to_ms=lower_bound_ns((bar + 1) * BUCKETS_PER_BAR) / NS_PER_MS,
            calls=round(bars.get(bar, 0.0)),
        )
        for bar in range(min(bars), max(bars) + 1)
    ]


def _operations(found: dict[str, Figures]) -> list[LinkOperation]:
    busiest = sorted(found.items(), key=lambda item: (-item[1].calls, item[0]))
    return [
        LinkOperation(
            operation=operation,
            calls=round(figures.calls),
            errors=round(figures.errors),
            error_rate=figures.error_rate,
            server_ms=figures.server.percentiles(),
            client_ms=figures.client.percentiles(),
        )
        for operation, figures in busiest[:OPERATIONS_SHOWN]
    ]
