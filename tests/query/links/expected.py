"""Figures of links computed the long way from the oracle's hops: exact quantiles, nothing merged."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from query.links.figures import LinkKey
from query.links.span import FoundHop
from query.model.link import DependencyLink, MapNode, Percentiles

# Half a bucket of the sketch, and what floating point adds.
RELATIVE_ERROR = 0.0111


@dataclass
class Expected:
    """What one link must show; durations are repeated by their weight, which tests keep whole."""

    calls: float = 0.0
    errors: float = 0.0
    callee_errors: float = 0.0
    client_ns: list[int] = field(default_factory=list)
    server_ns: list[int] = field(default_factory=list)
    gap_ns: list[int] = field(default_factory=list)


def expected_links(hops: Iterable[FoundHop]) -> dict[LinkKey, Expected]:
    """Sums hops per link."""
    found: dict[LinkKey, Expected] = {}
    for hop in hops:
        link = found.setdefault(LinkKey(hop.caller, hop.callee, hop.kind), Expected())
        times = round(hop.weight)
        link.calls += hop.weight
        link.errors += hop.weight if hop.error else 0.0
        link.callee_errors += hop.weight if hop.callee_error else 0.0
        if hop.client:
            link.client_ns += [hop.client.duration_ns] * times
        if hop.server:
            link.server_ns += [hop.server.duration_ns] * times
        if hop.gap_ns is not None:
            link.gap_ns += [hop.gap_ns] * times
    return found


def assert_same(links: Iterable[DependencyLink], expected: dict[LinkKey, Expected]) -> None:
    """Counts and maxima must be exact, percentiles within the sketch's error."""
    found = {LinkKey(link.caller, link.callee, link.kind): link for link in links}
    assert found.keys() == expected.keys()
    for key, wanted in expected.items():
        link = found[key]
        assert (link.calls, link.errors) == (wanted.calls, wanted.errors), key
        assert_percentiles(link.client_ms, wanted.client_ns)
        assert_percentiles(link.server_ms, wanted.server_ns)
        assert_percentiles(link.gap_ms, wanted.gap_ns)


def assert_same_nodes(nodes: Iterable[MapNode], expected: dict[LinkKey, Expected]) -> None:
    """A node's calls and errors must be those of the links into it, errors as its own spans show them."""
    calls: dict[str, tuple[float, float]] = {}
    for key, link in expected.items():
        calls.setdefault(key.caller, (0.0, 0.0))
        before = calls.get(key.callee, (0.0, 0.0))
        calls[key.callee] = (before[0] + link.calls, before[1] + link.callee_errors)
    assert {node.service: (node.calls, node.errors) for node in nodes} == calls


def assert_percentiles(found: Percentiles | None, durations_ns: list[int]) -> None:
    """Within the sketch's error of the exact quantiles; a nanosecond is noise."""
    if not durations_ns:
        assert found is None
        return
    assert found is not None
    ordered = sorted(durations_ns)
    assert found.max == ordered[-1] / 1e6
    for fraction, value in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        rank = fraction * (len(ordered) - 1)
        low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
        exact_ms = (low + (rank - math.floor(rank)) * (high - low)) / 1e6
        assert math.isclose(value, exact_ms, rel_tol=RELATIVE_ERROR, abs_tol=2e-6), (
            fraction,
            value,
            exact_ms,
        )
