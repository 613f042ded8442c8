"""The flame view: where the work of a trace went, equal paths merged.

Pure. A box is as wide as the self time at and below its path, so boxes nest exactly and parallel calls do
not overlap; the waterfall is the view that shows when.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.palette import hue_class
from ui.trace.path_tree import children_of, path_nodes
from ui.trace.tree import NO_PARENT
from ui.trace.view import TraceView

MAX_BOXES = 3_000
# Narrower boxes cannot be seen or hit, whatever the screen.
_MIN_WIDTH_PERCENT = 0.05


@dataclass(frozen=True, slots=True)
class FlameBox:
    """One merged path; `left` and `width` in percent, `level` counts from the top."""

    service: str
    name: str
    hue: str
    level: int
    left: float
    width: float
    count: int
    errors: int
    total_ms: float
    self_ms: float
    work_ms: float
    span_id: str


def flame_boxes(view: TraceView) -> list[FlameBox]:
    """Boxes from the roots down, at most `MAX_BOXES`, the widest first where there are more."""
    nodes = path_nodes(view.tree)
    children = children_of(nodes)
    whole = sum(node.subtree_self_ms for node in nodes if node.parent == NO_PARENT) or 1.0
    left = [0.0] * len(nodes)
    cursor = 0.0
    for place, node in enumerate(nodes):
        if node.parent == NO_PARENT:
            left[place] = cursor
            cursor += node.subtree_self_ms / whole * 100
        offset = left[place]
        for child in children[place]:
            left[child] = offset
            offset += nodes[child].subtree_self_ms / whole * 100
    boxes = [
        FlameBox(
            service=node.step[0],
            name=node.step[1] or "(no name)",
            hue=hue_class(node.step[0]),
            level=node.depth,
            left=left[place],
            width=node.subtree_self_ms / whole * 100,
            count=node.count,
            errors=node.errors,
            total_ms=node.total_ms,
            self_ms=node.self_ms,
            work_ms=node.subtree_self_ms,
            span_id=view.columns.span_ids[node.first],
        )
        for place, node in enumerate(nodes)
        if node.subtree_self_ms / whole * 100 >= _MIN_WIDTH_PERCENT
    ]
    return sorted(boxes, key=lambda box: -box.width)[:MAX_BOXES]
