"""SVG path data for nodes and links. Pure; sizes come from `ui.map.layout`."""

from __future__ import annotations

from query.model.link import NodeKind
from ui.map.columns import Metrics
from ui.map.layout import Box, Point, Route

_LID = 4.5
_CORNER = 6.0
_CHAMFER = 10.0
_BEHIND = 3.0


def outline(kind: NodeKind, box: Box) -> str:
    """The closed outline of a node: each kind has its own shape."""
    x, y, width = (_number(value) for value in (box.x, box.y, box.width))
    inner_width, inner_height = box.width, box.height
    if kind == "database":
        half, straight = _number(inner_width / 2), _number(inner_height - 2 * _LID)
        top = _number(box.y + _LID)
        return (
            f"M{x} {top}a{half} {_number(_LID)} 0 0 1 {width} 0v{straight}"
            f"a{half} {_number(_LID)} 0 0 1 -{width} 0z"
        )
    if kind == "external":
        cut = _CHAMFER
        across, down = _number(inner_width - 2 * cut), _number(inner_height / 2)
        c = _number(cut)
        return f"M{_number(box.x + cut)} {y}h{across}l{c} {down}l-{c} {down}h-{across}l-{c} -{down}z"
    radius = inner_height / 2 if kind == "user" else 1.5 if kind == "messaging" else _CORNER
    r = _number(radius)
    across, down = _number(inner_width - 2 * radius), _number(inner_height - 2 * radius)
    return (
        f"M{_number(box.x + radius)} {y}h{across}a{r} {r} 0 0 1 {r} {r}v{down}a{r} {r} 0 0 1 -{r} {r}"
        f"h-{across}a{r} {r} 0 0 1 -{r} -{r}v-{down}a{r} {r} 0 0 1 {r} -{r}z"
    )


def ornament(kind: NodeKind, box: Box) -> str:
    """Lines inside the outline: the rim of a database, the slots of a queue; empty for the rest."""
    x, y, width, height = (_number(value) for value in (box.x, box.y, box.width, box.height))
    if kind == "database":
        half, lid = _number(box.width / 2), _number(_LID)
        return f"M{x} {_number(box.y + _LID)}a{half} {lid} 0 0 0 {width} 0"
    if kind == "messaging":
        first, second = _number(box.x + box.width - 8), _number(box.x + box.width - 14)
        return f"M{first} {y}v{height}M{second} {y}v{height}"
    return ""


def stack(box: Box) -> str:
    """A second node that shows behind the first: several drawn as one."""
    right, bottom, corner = box.x + box.width + _BEHIND, box.y + box.height + _BEHIND, _number(_CORNER)
    return (
        f"M{_number(box.x + _CORNER)} {_number(bottom)}H{_number(right - _CORNER)}"
        f"a{corner} {corner} 0 0 0 {corner} -{corner}V{_number(box.y + _CORNER)}"
    )


def line(route: Route, metrics: Metrics, arrow_length: float) -> str:
    """The line of a link from caller to callee, ending where its arrowhead's tip is."""
    points = route.points
    if route.loop:
        (x1, y), (x2, _) = points
        top = _number(y - metrics.loop_height)
        return (
            f"M{_number(x1)} {_number(y)}C{_number(x1)} {top} {_number(x2)} {top} {_number(x2)} {_number(y)}"
        )
    direction = -1 if route.backward else 1
    # A short straight end keeps the arrowhead level even where the curve is steep.
    *rest, (end_x, end_y) = points
    before = (end_x - direction * arrow_length, end_y)
    path = f"M{_number(points[0][0])} {_number(points[0][1])}"
    turning: list[Point] = [*rest, before]
    for start, end in zip(turning[::2], turning[1::2], strict=True):
        if start is not turning[0]:
            path += f"H{_number(start[0])}"
        middle = _number((start[0] + end[0]) / 2)
        path += (
            f"C{middle} {_number(start[1])} {middle} {_number(end[1])} {_number(end[0])} {_number(end[1])}"
        )
    return f"{path}H{_number(end_x)}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
