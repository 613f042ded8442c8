"""The nodes of the service map, from its links. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from query.links.figures import Figures, LinkKey, SideFigures
from query.model.link import DependencyLink, MapNode, NodeKind, Status

_WORST_FIRST: tuple[Status, ...] = ("failing", "slow", "ok", "quiet")


def nodes_of(
    links: Sequence[DependencyLink], figures: Mapping[LinkKey, Figures], seconds: float
) -> list[MapNode]:
    """Every caller and callee, by name; figures are of the calls into a node, as the node saw them.

    Errors are those a node's own spans ended with, of a virtual node those its callers saw. A name that is
    both a service and something seen only from outside is the service.
    """
    kinds: dict[str, NodeKind] = {}
    into: dict[str, list[DependencyLink]] = {}
    for link in links:
        for name, kind in ((link.caller, link.caller_kind), (link.callee, link.callee_kind)):
            if kind == "service" or name not in kinds:
                kinds[name] = kind
            into.setdefault(name, [])
        into[link.callee].append(link)
    return [_node(name, kinds[name], into[name], figures, seconds) for name in sorted(kinds)]


def _node(
    name: str,
    kind: NodeKind,
    incoming: Sequence[DependencyLink],
    figures: Mapping[LinkKey, Figures],
    seconds: float,
) -> MapNode:
    server = SideFigures()
    calls = errors = 0.0
    for link in incoming:
        found = figures[LinkKey(link.caller, link.callee, link.kind)]
        calls += found.calls
        errors += found.callee_errors
        side = found.server
        server.add(side.histogram.keys(), side.histogram.values(), side.max_ns, side.sum_ns)
    statuses = {link.status for link in incoming}
    return MapNode(
        service=name,
        kind=kind,
        calls=round(calls),
        calls_per_second=calls / seconds,
        errors=round(errors),
        error_rate=errors / calls if calls else 0.0,
        server_ms=server.percentiles(),
        status=next((status for status in _WORST_FIRST if status in statuses), "quiet"),
    )
