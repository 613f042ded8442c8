"""Where the labels of links go: on their line where there is room, never over a node or each other.

Pure. Labels stand in the gaps between columns, where there are no nodes, just above their line so that its
dashes show; if that is taken they slide along the line, then up and down.
"""

from __future__ import annotations

from collections.abc import Sequence

from ui.map.layout import Box, Layout, Point, Route

_ALONG = (0.5, 0.4, 0.6, 0.3, 0.7)
_LEAST_DISTANCE = 3.0
_ABOVE = 5.0
_MOST_STEPS = 80


def label_box(route: Route, layout: Layout, size: tuple[float, float], taken: Sequence[Box]) -> Box | None:
    """The box for one label.

    Args:
        route: The line it belongs to.
        layout: The picture, whose nodes must stay free.
        size: Width and height of the label.
        taken: Boxes of labels placed before.

    Returns:
        A box inside the picture that meets no node and no taken box; None when there is no room in reach.
    """
    nodes = list(layout.boxes.values())
    points = _candidates(route, layout)
    for step in range(_MOST_STEPS):
        shifts = (0.0,) if step == 0 else (-step * size[1] / 4, step * size[1] / 4)
        for shift in shifts:
            for x, y in points:
                box = Box(round(x - size[0] / 2, 1), round(y + shift - size[1] - _ABOVE, 1), *size)
                inside = (
                    2 <= box.x <= layout.width - size[0] - 2 and 2 <= box.y <= layout.height - size[1] - 2
                )
                if inside and not any(box.meets(other, _LEAST_DISTANCE) for other in (*taken, *nodes)):
                    return box
    return None


def _candidates(route: Route, layout: Layout) -> list[Point]:
    """Points on the line, those in the middle gap first; a self-call's label stands right of its node."""
    points = route.points
    if route.loop:
        x, y = points[1]
        gap = layout.metrics.column_gap
        return [(x - 15, y - layout.metrics.loop_height), (x + 14 + gap / 2, y)]
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
