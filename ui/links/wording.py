"""The sentences of the list of links and of one link's page. Pure text; templates escape it."""

from __future__ import annotations

from collections.abc import Sequence

from query.model.link import DependencyLink, LinkStep
from query.model.window import parse_time
from ui.formats import absolute, clock, duration, multiple, percent, plural, rate
from ui.map.wording import baseline_multiple, trouble_figures

# Each order of the list: the column's head, and how the first row reads in the sentence.
SORTS = {
    "p50": ("p50", "has the highest median"),
    "p95": ("p95", "has the highest p95"),
    "p99": ("p99", "has the highest p99"),
    "max": ("max", "had the slowest single call"),
    "error_rate": ("Errors", "has the highest error rate"),
    "calls": ("Calls", "has the most calls"),
    "gap_p95": ("Gap p95", "has the longest gap between client and server"),
    "impact": ("Impact", "costs the most time above its baseline"),
    "critical_path": ("Critical path", "has the largest share of end-to-end critical path"),
}


def first_figure(link: DependencyLink, sort: str, path_share: float = 0.0) -> str:
    """The figure that a list is ordered by, of one link, as text.

    Args:
        link: The link.
        sort: One of `SORTS`.
        path_share: Its share of critical paths, which a link does not know by itself.
    """
    observed = link.observed_ms
    if sort in ("p50", "p95", "p99", "max"):
        return duration(getattr(observed, sort) if observed else None)
    return {
        "error_rate": percent(link.error_rate),
        "calls": plural(link.calls, "call"),
        "gap_p95": duration(link.gap_ms.p95 if link.gap_ms else None),
        "impact": duration(link.impact_ms),
        "critical_path": percent(path_share),
    }[sort]


def link_state(link: DependencyLink, since_ns: int | None) -> str:
    """What follows a link's name in its sentence, `is slow: p95 812 ms, 5.1× its baseline of 159 ms.` or so.

    Args:
        link: The link.
        since_ns: When it turned slow or failing; None when that was before the window or is not clear.
    """
    since = f", since {clock(since_ns)} UTC" if since_ns else ""
    observed = link.observed_ms
    if link.status == "failing":
        return f"is failing: {trouble_figures(link)}{since}."
    if link.status == "slow":
        times = baseline_multiple(link)
        usual = f" of {duration(link.baseline_p95_ms)}" if times and times > 1 else ""
        return f"is slow: {trouble_figures(link)}{usual}{since}."
    if link.status == "quiet":
        return f"had too few calls to judge: {plural(link.calls, 'call')}."
    facts = [
        f"{plural(link.calls, 'call')} ({rate(link.calls_per_second)})",
        f"{percent(link.error_rate)} errors",
    ]
    if observed:
        times = baseline_multiple(link)
        usual = f" ({multiple(times)} its baseline)" if times and not 0.8 <= times < 1.25 else ""
        facts.insert(0, f"p95 {duration(observed.p95)}{usual}")
    return f"looks normal: {', '.join(facts)}."


def trouble_since(link: DependencyLink, steps: Sequence[LinkStep]) -> int | None:
    """When a red link turned red: the start of the last run of steps on the bad side.

    A step is on the bad side when its p95 is above the geometric mean of baseline and the window's p95, or
    its error rate above half the window's. Steps without calls neither end nor start a run.

    Returns:
        Unix nanoseconds; None when the link is not red, or all of the window is on the bad side.
    """
    observed, baseline = link.observed_ms, link.baseline_p95_ms
    limit_ms = (observed.p95 * baseline) ** 0.5 if observed and baseline else None
    start: LinkStep | None = None
    ended = False
    for step in reversed(steps):
        if not step.calls:
            continue
        if link.status == "failing":
            bad = step.errors / step.calls > link.error_rate / 2
        elif link.status == "slow" and limit_ms is not None and step.p95 is not None:
            bad = step.p95 > limit_ms
        else:
            return None
        if not bad:
            ended = True
            break
        start = step
    return parse_time(start.start, 0) if start and ended else None


def step_label(step_start: str) -> str:
    """A step's start in a table: `14:32:15`."""
    return absolute(parse_time(step_start, 0))[11:19]
