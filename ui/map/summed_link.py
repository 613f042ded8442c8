"""One link that stands for several: counts are summed, and of percentiles nothing is known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from query.model.link import DependencyLink


def summed_link(caller: str, callee: str, links: Sequence[DependencyLink]) -> DependencyLink:
    """From `caller` to `callee` with the calls of `links`, at least one; otherwise as the first of them."""
    calls, errors = sum(link.calls for link in links), sum(link.errors for link in links)
    return replace(
        links[0],
        caller=caller,
        callee=callee,
        calls=calls,
        calls_per_second=sum(link.calls_per_second for link in links),
        errors=errors,
        error_rate=errors / calls if calls else 0.0,
        client_ms=None,
        server_ms=None,
        gap_ms=None,
        baseline_p95_ms=None,
        exemplars=[],
        impact_ms=sum(link.impact_ms for link in links),
    )
