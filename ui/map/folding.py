"""Folds healthy leaves: what is well, calls nobody and is called by one service alone, as one counted node.

Pure. For maps too big to read; the list under the map keeps every link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from query.model.link import MapNode, ServiceMap
from ui.map.summed_link import summed_link

SUGGEST_FROM = 60
_LEAST_LEAVES = 2
_APART = "\N{INVISIBLE SEPARATOR}"


@dataclass(frozen=True, slots=True)
class Group:
    """Leaves drawn as one node: who calls them, and their names in order."""

    caller: str
    leaves: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the node says: `+4 healthy`."""
        return f"+{len(self.leaves)} healthy"

    @property
    def name(self) -> str:
        """The node's name among the others; its last character keeps it from being a service's."""
        return f"{self.caller} {self.label}{_APART}"

    @property
    def description(self) -> str:
        """All about the node in one line."""
        return f"{len(self.leaves)} healthy leaves of {self.caller.rstrip(_APART)}: {', '.join(self.leaves)}."


@dataclass(frozen=True, slots=True)
class Folded:
    """A map with its groups by the name of their node."""

    service_map: ServiceMap
    groups: dict[str, Group] = field(default_factory=dict)


def fold_leaves(whole: ServiceMap, keep: Collection[str] = ()) -> Folded:
    """Folds where one caller has at least two leaves; red, quiet and shared ones stay as they are.

    Args:
        whole: The map.
        keep: Nodes that are never folded, by name.
    """
    callers: dict[str, set[str]] = defaultdict(set)
    calling: set[str] = set()
    unwell: set[str] = set()
    for link in whole.links:
        calling.add(link.caller)
        callers[link.callee].add(link.caller)
        if link.status != "ok":
            unwell.add(link.callee)
    leaves: dict[str, list[str]] = defaultdict(list)
    for callee, its_callers in callers.items():
        if len(its_callers) == 1 and not (callee in calling or callee in unwell or callee in keep):
            leaves[next(iter(its_callers))].append(callee)
    groups = {
        caller: Group(caller, tuple(sorted(names)))
        for caller, names in sorted(leaves.items())
        if len(names) >= _LEAST_LEAVES
    }
    gone = {name for group in groups.values() for name in group.leaves}
    kept = [link for link in whole.links if link.callee not in gone]
    folded = {
        group.name: summed_link(
            group.caller, group.name, [link for link in whole.links if link.callee in group.leaves]
        )
        for group in groups.values()
    }
    nodes = [node for node in whole.nodes if node.service not in gone]
    nodes += [
        MapNode(name, "service", link.calls, link.calls_per_second, link.errors, link.error_rate, None, "ok")
        for name, link in folded.items()
    ]
    return Folded(
        ServiceMap(whole.start, whole.end, nodes, [*kept, *folded.values()]),
        {group.name: group for group in groups.values()},
    )
