"""Where the labels of links go: on their line where there is room, never over a node or each other.

Pure. Labels stand in the gaps between columns, where there are no nodes, just above their line so that its
dashes show; if that is taken they slide along the line, then up and down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ui.map.layout import Box, Layout, Point, Route

_ALONG = (0.5, 0.4, 0.6, 0.3, 0.7)
_LEAST_DISTANCE = 3.0
_ABOVE = 5.0
_CELL = 96.0


class TakenRoom:
    """The boxes that labels must keep clear of, found by place: a big map asks many thousand times."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            self.take(box)

    def take(self, box: Box) -> None:
        """Adds a box."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def is_free(self, box: Box) -> bool:
        """Whether no taken box comes too close."""
        return not any(
            box.meets(other, _LEAST_DISTANCE) for cell in _cells(box) for other in self._cells.get(cell, ())
        )


def label_box(
    route: Route, layout: Layout, view: Box, size: tuple[float, float], taken: TakenRoom, most_steps: int
) -> Box | None:
    """The box for one label.

    Args:
        route: The line it belongs to.
        layout: The picture the line is in.
        view: What is shown at first, which labels must not leave.
        size: Width and height of the label.
        taken: Nodes, and labels placed before.
        most_steps: How far to look up and down, in quarters of the label's height.

    Returns:
        A box inside the picture that meets nothing taken; None when there is no room in reach.
    """
    points = _candidates(route, layout, size[0])
    for step in range(most_steps):
        shifts = (0.0,) if step == 0 else (-step * size[1] / 4, step * size[1] / 4)
        for shift in shifts:
            for x, y in points:
                box = Box(round(x - size[0] / 2, 1), round(y + shift - size[1] - _ABOVE, 1), *size)
                if _within(box, view) and taken.is_free(box):
                    return box
    return None


def _candidates(route: Route, layout: Layout, width: float) -> list[Point]:
    """Points on the line, those in the middle gap first; a self-call's label stands over it or beside it."""
    points = route.points
    if route.loop:
        (start, _), (x, y) = points
        beside = start - width / 2 - 2 * _LEAST_DISTANCE
        return [
            (x - 15, y - layout.metrics.loop_height),
            (beside, y),
            (x + 14 + layout.column_gap / 2, y),
        ]
    gaps = list(zip(points[::2], points[1::2], strict=True))
    from_middle = sorted(range(len(gaps)), key=lambda i: abs(i - (len(gaps) - 1) / 2))
    return [on_curve(*gaps[i], t) for i in from_middle for t in _ALONG]


def on_curve(start: Point, end: Point, t: float) -> Point:
    """A point of the curve that `ui.map.shapes.curve` draws, at `t` from 0 to 1."""
    middle = (start[0] + end[0]) / 2
    a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
    return (
        a * start[0] + (b + c) * middle + d * end[0],
        (a + b) * start[1] + (c + d) * end[1],
    )


def _within(box: Box, view: Box) -> bool:
    across = view.x + 2 <= box.x and box.x + box.width <= view.x + view.width - 2
    return across and view.y + 2 <= box.y and box.y + box.height <= view.y + view.height - 2


def _cells(box: Box) -> list[tuple[int, int]]:
    """The cells of a coarse grid that a box and its surroundings touch."""
    first_x, last_x = (box.x - _LEAST_DISTANCE) // _CELL, (box.x + box.width + _LEAST_DISTANCE) // _CELL
    first_y, last_y = (box.y - _LEAST_DISTANCE) // _CELL, (box.y + box.height + _LEAST_DISTANCE) // _CELL
    return [
        (x, y) for x in range(int(first_x), int(last_x) + 1) for y in range(int(first_y), int(last_y) + 1)
    ]
