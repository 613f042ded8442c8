"""Similar siblings told as one: "23 × SELECT stock".

Owns which children of one parent form a group. Pure. A group never mixes failed and healthy requests, so
folding cannot hide an error among its equals.
"""

from __future__ import annotations

from collections import Counter
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
    columns = tree.spans.columns
    children = Counter(tree.parent)
    many = {above for above, number in children.items() if number >= min_members}
    if not many:
        return []
    groups: dict[tuple[int, str, str, str, bool], list[int]] = {}
    keys = zip(
        *(tree.parent, columns.services, columns.names, columns.kinds, _failed_subtrees(tree)), strict=True
    )
    for index, key in enumerate(keys):
        if key[0] in many:
            groups.setdefault(key, []).append(index)
    return [
        FoldGroup(members, sum(tree.descendants(member) + 1 for member in members))
        for members in groups.values()
        if len(members) >= min_members and tree.parent[members[0]] >= 0
    ]


def _failed_subtrees(tree: TraceTree) -> list[bool]:
    """Whether a span or anything below it failed, by position."""
    failed = [status == "error" for status in tree.spans.columns.statuses]
    for index in range(len(failed) - 1, -1, -1):
        above = tree.parent[index]
        if failed[index] and above >= 0:
            failed[above] = True
    return failed
