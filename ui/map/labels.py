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
        # By place in a coarse grid: left, top, right and bottom edge of what nothing may reach into.
        self._cells: defaultdict[tuple[int, int], list[tuple[float, float, float, float]]] = defaultdict(list)
        for box in boxes:
            self.take(box)

    def take(self, box: Box) -> None:
        """Adds a box."""
        left, top = box.x - _LEAST_DISTANCE, box.y - _LEAST_DISTANCE
        right, bottom = box.x + box.width + _LEAST_DISTANCE, box.y + box.height + _LEAST_DISTANCE
        for column in range(int(left // _CELL), int(right // _CELL) + 1):
            for row in range(int(top // _CELL), int(bottom // _CELL) + 1):
                self._cells[column, row].append((left, top, right, bottom))

    def is_free(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether no taken box comes too close to this one."""
        end_x, end_y = x + width, y + height
        for column in range(int(x // _CELL), int(end_x // _CELL) + 1):
            for row in range(int(y // _CELL), int(end_y // _CELL) + 1):
                for left, top, right, bottom in self._cells.get((column, row), ()):
                    if x < right and left < end_x and y < bottom and top < end_y:
                        return False
        return True


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
    width, height = size
    left, right = view.x + 2, view.x + view.width - 2 - width
    top, bottom = view.y + 2, view.y + view.height - 2 - height
    corners = [(round(x - width / 2, 1), y - height - _ABOVE) for x, y in _candidates(route, layout, width)]
    for step in range(most_steps):
        for shift in (0.0,) if step == 0 else (-step * height / 4, step * height / 4):
            for x, corner_y in corners:
                y = round(corner_y + shift, 1)
                if left <= x <= right and top <= y <= bottom and taken.is_free(x, y, width, height):
                    return Box(x, y, width, height)
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
