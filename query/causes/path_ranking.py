"""Ranks links by what they cost: their share of critical paths, or their time above the baseline. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from query.model.cause import CriticalPaths, PathShare
from query.model.link import DependencyLink

RANKS: dict[str, Callable[[PathShare], float]] = {
    "share": lambda one: one.share,
    "impact": lambda one: one.impact_ms or 0.0,
}
"""Name → what is compared, the largest first; ties by share."""


def ranked(paths: CriticalPaths, links: Iterable[DependencyLink], rank: str, limit: int) -> CriticalPaths:
    """The paths with each link's impact, links without time on a path included.

    Args:
        paths: Shares from a sample of traces.
        links: The window's links, for their impact.
        rank: One of `RANKS`.
        limit: At most so many links.
    """
    impacts = {(link.caller, link.callee, link.kind): link.impact_ms for link in links}
    found = [
        replace(one, impact_ms=impacts.pop((one.caller, one.callee, one.kind), None)) for one in paths.links
    ]
    found += [
        PathShare(*key, share=0.0, traces=0, ms_per_trace=0.0, impact_ms=impact_ms)
        for key, impact_ms in impacts.items()
    ]
    found.sort(key=lambda one: (-RANKS[rank](one), -one.share, one.caller, one.callee, one.kind))
    return replace(paths, links=found[:limit])
