"""Matches two traces by the path of (service, name, kind) and says what differs.

Pure. Spans of one path are one row on each side: how many, how long in all, how much of it their own work.
Nothing recurses; traces are thousands of levels deep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from query.model.trace import Trace
from ui.trace.path_tree import PathNode, Step, children_of, path_nodes
from ui.trace.tree import NO_PARENT, build_tree

Change = Literal["only in A", "only in B", "slower", "faster", "same"]
# Smaller differences are what any two runs of one program show.
_LEAST_MS = 1.0
_LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class ComparedPath:
    """One path with its spans in A and in B; at least one side is there."""

    step: Step
    depth: int
    a: PathNode | None
    b: PathNode | None

    @property
    def difference_ms(self) -> float:
        """How much longer B's spans took in all; negative when they took less."""
        return _total(self.b) - _total(self.a)

    @property
    def own_difference_ms(self) -> float:
        """The same for their own work, which no other row explains."""
        return (self.b.self_ms if self.b else 0.0) - (self.a.self_ms if self.a else 0.0)

    @property
    def change(self) -> Change:
        """What differs, in a word or three."""
        if self.a is None:
            return "only in B"
        if self.b is None:
            return "only in A"
        least = max(_LEAST_MS, _LEAST_SHARE * max(self.a.total_ms, self.b.total_ms))
        if abs(self.difference_ms) < least:
            return "same"
        return "slower" if self.difference_ms > 0 else "faster"

    @property
    def differs(self) -> bool:
        """Whether time, calls or errors differ."""
        if self.a is None or self.b is None or self.change != "same":
            return True
        return (self.a.count, self.a.errors) != (self.b.count, self.b.errors)


def _total(node: PathNode | None) -> float:
    return node.total_ms if node else 0.0


def compare_traces(a: Trace, b: Trace) -> list[ComparedPath]:
    """Rows in tree order: A's order, with what only B has put after what came before it there."""
    nodes_a, nodes_b = path_nodes(build_tree(a.spans)), path_nodes(build_tree(b.spans))
    below_a, below_b = children_of(nodes_a), children_of(nodes_b)
    rows: list[ComparedPath] = []
    stack = _pairs(nodes_a, _roots(nodes_a), nodes_b, _roots(nodes_b))
    while stack:
        place_a, place_b = stack.pop()
        node_a = None if place_a is None else nodes_a[place_a]
        node_b = None if place_b is None else nodes_b[place_b]
        present = node_a or node_b
        assert present is not None  # a pair always has one side
        rows.append(ComparedPath(present.step, present.depth, node_a, node_b))
        stack += _pairs(
            nodes_a,
            [] if place_a is None else below_a[place_a],
            nodes_b,
            [] if place_b is None else below_b[place_b],
        )
    return rows


def _roots(nodes: Sequence[PathNode]) -> list[int]:
    return [place for place, node in enumerate(nodes) if node.parent == NO_PARENT]


def _pairs(
    nodes_a: Sequence[PathNode], places_a: Sequence[int], nodes_b: Sequence[PathNode], places_b: Sequence[int]
) -> list[tuple[int | None, int | None]]:
    """Siblings of both sides paired by step; in reverse, for a stack."""
    in_b = {nodes_b[place].step: place for place in places_b}
    in_a = {nodes_a[place].step for place in places_a}
    only_b_after: dict[Step | None, list[int]] = {}
    before: Step | None = None
    for place in places_b:
        if nodes_b[place].step in in_a:
            before = nodes_b[place].step
        else:
            only_b_after.setdefault(before, []).append(place)
    ordered: list[tuple[int | None, int | None]] = [(None, place) for place in only_b_after.get(None, [])]
    for place in places_a:
        step = nodes_a[place].step
        ordered.append((place, in_b.get(step)))
        ordered += [(None, other) for other in only_b_after.get(step, [])]
    return ordered[::-1]


def changed_only(rows: Sequence[ComparedPath]) -> list[ComparedPath]:
    """Rows that differ, and the rows above them."""
    kept: list[ComparedPath] = []
    # Read from the end, the next row that is less deep than a kept one is its parent.
    depth = 0
    for row in reversed(rows):
        if row.differs or row.depth < depth:
            kept.append(row)
            depth = row.depth
    return kept[::-1]
