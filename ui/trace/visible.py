"""Which rows of a waterfall are open: collapsed subtrees, collapse by level, folded siblings.

Pure. The script does the same from the columns (static/trace-model.js); the server's answer serves readers
without one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ui.trace.folding import FoldGroup
from ui.trace.view import TraceView

Row = tuple[int, FoldGroup | None]


def visible_rows(
    view: TraceView,
    *,
    closed: Collection[str] = (),
    depth: int | None = None,
    fold: bool = False,
    matches: Collection[int] | None = None,
) -> list[Row]:
    """Rows to show, as (position, group); the group, if any, stands folded at the position of its first.

    Args:
        view: The trace.
        closed: Span ids whose subtrees are collapsed.
        depth: Spans of this depth are collapsed.
        fold: Similar siblings stand as one row.
        matches: Only these positions and what leads to them.
    """
    if not closed and depth is None and not fold and matches is None:
        return [(index, None) for index in range(len(view.tree.spans))]
    tree, columns = view.tree, view.columns
    standing = {group.first: group for group in view.folds} if fold else {}
    hidden = {member for group in view.folds for member in group.members[1:]} if fold else set()
    wanted = None if matches is None else _with_ancestors(view, matches)
    rows: list[Row] = []
    index = 0
    while index < len(tree.spans):
        if index in hidden or (wanted is not None and index not in wanted):
            index = tree.end[index]
            continue
        group = standing.get(index)
        rows.append((index, group))
        shut = (
            group is not None
            or (depth is not None and columns.depths[index] >= depth)
            or columns.span_ids[index] in closed
        )
        index = tree.end[index] if shut else index + 1
    return rows


def collapsed_positions(view: TraceView, rows: Sequence[Row]) -> set[int]:
    """Rows that hide spans below them: those whose first child is not the next row."""
    following = [index for index, _ in rows[1:]] + [-1]
    return {
        index
        for (index, _), after in zip(rows, following, strict=True)
        if view.tree.descendants(index) and after != index + 1
    }


def _with_ancestors(view: TraceView, matches: Collection[int]) -> set[int]:
    kept: set[int] = set()
    for index in matches:
        while index >= 0 and index not in kept:
            kept.add(index)
            index = view.tree.parent[index]
    return kept
