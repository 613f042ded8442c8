"""The shape of a trace as indices into its spans.

Owns parent, children and subtree lookups for everything the trace page draws. The query side already put
spans in tree order with their depth, so the shape follows from depth alone: span ids may repeat or name a
parent that never arrived. Nothing here recurses: real traces are thousands of levels deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from query.model.span_list import SpanList, span_list
from query.model.trace import Span

NO_PARENT = -1


@dataclass(frozen=True, slots=True)
class TraceTree:
    """Spans by position: `parent[i]` is a position or `NO_PARENT`, `end[i]` is one past i's subtree."""

    spans: SpanList
    parent: list[int]
    end: list[int]
    position: dict[str, int]

    def children(self, index: int) -> Iterator[int]:
        """Positions of the direct children, by start."""
        child = index + 1
        while child < self.end[index]:
            yield child
            child = self.end[child]

    def roots(self) -> Iterator[int]:
        """Positions of spans without a parent in this trace."""
        root = 0
        while root < len(self.spans):
            yield root
            root = self.end[root]

    def descendants(self, index: int) -> int:
        """How many spans lie below `index`."""
        return self.end[index] - index - 1

    def ancestors(self, index: int) -> Iterator[int]:
        """Positions from the parent of `index` up to its root."""
        above = self.parent[index]
        while above != NO_PARENT:
            yield above
            above = self.parent[above]


def build_tree(spans: Sequence[Span]) -> TraceTree:
    """Finds parents and subtree ends from the depths of spans in tree order.

    A depth that jumps by more than one is read as one level: the row still hangs below the row above it.
    """
    listed = span_list(spans)
    depths = listed.columns.depths
    count = len(depths)
    parent: list[int] = []
    end = [count] * count
    above = NO_PARENT
    for index, depth in enumerate(depths):
        while above != NO_PARENT and depths[above] >= depth:
            end[above] = index
            above = parent[above]
        parent.append(above)
        above = index
    # Read backwards, so that of spans with the same id the first stays.
    position = dict(zip(reversed(listed.columns.span_ids), range(count - 1, -1, -1), strict=True))
    return TraceTree(listed, parent, end, position)
