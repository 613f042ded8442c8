"""The nodes of the service map, from its links. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from query.links.sums import LinkSums
from query.model.link import DependencyLink, MapNode, NodeKind, Status

_WORST_FIRST: tuple[Status, ...] = ("failing", "slow", "ok", "quiet")


def nodes_of(links: Sequence[DependencyLink], sums: LinkSums, seconds: float) -> list[MapNode]:
    """Every caller and callee, by name; figures are of the calls into a node, as the node saw them.

    Errors are those a node's own spans ended with, of a virtual node those its callers saw. A name that is
    both a service and something seen only from outside is the service.

    Args:
        links: All links of a window, in the order of `sums`.
        sums: Their figures.
        seconds: Length of the window.
    """
    kinds: dict[str, NodeKind] = {}
    for link in links:
        for name, kind in ((link.caller, link.caller_kind), (link.callee, link.callee_kind)):
            if kind == "service" or name not in kinds:
                kinds[name] = kind
    names = sorted(kinds)
    places = {name: place for place, name in enumerate(names)}
    calls, errors = [0.0] * len(names), [0.0] * len(names)
    statuses: list[set[Status]] = [set() for _ in names]
    into = [places[link.callee] for link in links]
    counted = sums.links.select("Calls", "CalleeErrors").iter_rows()
    for place, link, (link_calls, link_errors) in zip(into, links, counted, strict=True):
        calls[place] += link_calls
        errors[place] += link_errors
        statuses[place].add(link.status)
    return [
        MapNode(
            service=name,
            kind=kinds[name],
            calls=round(calls[place]),
            calls_per_second=calls[place] / seconds,
            errors=round(errors[place]),
            error_rate=errors[place] / calls[place] if calls[place] else 0.0,
            server_ms=server_ms,
            status=next((status for status in _WORST_FIRST if status in statuses[place]), "quiet"),
        )
        for place, (name, server_ms) in enumerate(
            zip(names, sums.server_percentiles(into, len(names)), strict=True)
        )
    ]
