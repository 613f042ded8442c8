"""Spans merged by their path of (service, name, kind): what the flame view and the comparison are made of.

Pure. Two spans are one node when their own names and all names above them agree; a node counts its spans
and adds up their times. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.trace.tree import NO_PARENT, TraceTree

Step = tuple[str, str, str]


@dataclass(slots=True)
class PathNode:
    """Spans of one path; `first` is the position of the earliest, times are sums in ms."""

    step: Step
    parent: int
    depth: int
    first: int
    count: int = 0
    errors: int = 0
    total_ms: float = 0.0
    self_ms: float = 0.0
    subtree_self_ms: float = 0.0


def path_nodes(tree: TraceTree) -> list[PathNode]:
    """Merged nodes, parents before children, in order of first appearance in the trace."""
    nodes: list[PathNode] = []
    known: dict[tuple[int, Step], int] = {}
    node_of: list[int] = []
    columns = tree.spans.columns
    # What two spans must share to be matched.
    steps = zip(columns.services, columns.names, columns.kinds, strict=True)
    for index, (step, above) in enumerate(zip(steps, tree.parent, strict=True)):
        parent = NO_PARENT if above == NO_PARENT else node_of[above]
        place = known.setdefault((parent, step), len(nodes))
        if place == len(nodes):
            depth = 0 if parent == NO_PARENT else nodes[parent].depth + 1
            nodes.append(PathNode(step, parent, depth, index))
        node = nodes[place]
        node.count += 1
        node.errors += columns.statuses[index] == "error"
        node.total_ms += columns.duration_ms[index]
        node.self_ms += columns.self_ms[index]
        node_of.append(place)
    for node in reversed(nodes):
        node.subtree_self_ms += node.self_ms
        if node.parent != NO_PARENT:
            nodes[node.parent].subtree_self_ms += node.subtree_self_ms
    return nodes


def children_of(nodes: Sequence[PathNode]) -> list[list[int]]:
    """Child places by place, in order of first appearance."""
    children: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        if node.parent != NO_PARENT:
            children[node.parent].append(place)
    return children
