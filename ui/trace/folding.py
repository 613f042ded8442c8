"""Similar siblings told as one: "23 × SELECT stock".

Owns which children of one parent form a group. Pure. A group never mixes failed and healthy requests, so
folding cannot hide an error among its equals.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.trace.tree import TraceTree

MIN_MEMBERS = 3


@dataclass(frozen=True, slots=True)
class FoldGroup:
    """Siblings of one service, name and kind; `members` are positions by start, `spans` counts subtrees."""

    members: list[int]
    spans: int

    @property
    def first(self) -> int:
        """The member whose place the folded row takes."""
        return self.members[0]


def fold_groups(tree: TraceTree, min_members: int = MIN_MEMBERS) -> list[FoldGroup]:
    """Groups the children of each span by service, name, kind and whether anything below them failed."""
    failed = _failed_subtrees(tree)
    groups: dict[tuple[int, str, str, str, bool], list[int]] = {}
    for index, span in enumerate(tree.spans):
        key = (tree.parent[index], span.service, span.name, span.kind, failed[index])
        groups.setdefault(key, []).append(index)
    return [
        FoldGroup(members, sum(tree.descendants(member) + 1 for member in members))
        for members in groups.values()
        if len(members) >= min_members and tree.parent[members[0]] >= 0
    ]


def _failed_subtrees(tree: TraceTree) -> list[bool]:
    """Whether a span or anything below it failed, by position."""
    failed = [span.status == "error" for span in tree.spans]
    for index in range(len(failed) - 1, -1, -1):
        above = tree.parent[index]
        if failed[index] and above >= 0:
            failed[above] = True
    return failed
