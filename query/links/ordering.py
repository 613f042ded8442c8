"""The orders a list of links can be asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from query.model.link import DependencyLink, Percentiles

_NONE = Percentiles(0.0, 0.0, 0.0, 0.0)


def _observed(link: DependencyLink) -> Percentiles:
    return link.observed_ms or _NONE


SORTS: dict[str, Callable[[DependencyLink], float]] = {
    "p95": lambda link: _observed(link).p95,
    "p50": lambda link: _observed(link).p50,
    "p99": lambda link: _observed(link).p99,
    "max": lambda link: _observed(link).max,
    "error_rate": lambda link: link.error_rate,
    "calls": lambda link: float(link.calls),
    "gap_p95": lambda link: (link.gap_ms or _NONE).p95,
    "impact": lambda link: link.impact_ms,
}
"""Sort name → what is compared, the largest first."""


def ordered(links: Iterable[DependencyLink], sort: str) -> list[DependencyLink]:
    """Links by `sort`, the largest first; ties by name, so that the order is always the same.

    Raises:
        ValueError: There is no such sort.
    """
    if sort not in SORTS:
        raise ValueError(f"sort must be one of {', '.join(SORTS)}, not {sort[:80]!r}")
    measure = SORTS[sort]
    return sorted(links, key=lambda link: (-measure(link), link.caller, link.callee, link.kind))
