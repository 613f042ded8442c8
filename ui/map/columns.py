"""How wide each column of the map is and where it starts, so that names are legible and no width is wasted.

Pure. Depends on names and kinds only, never on figures; `ui.map.layout` puts nodes and links in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from query.model.link import NodeKind
from ui.map.lettering import text_width

# Room in a node left of its name (glyph) and right of it, in map units.
NAME_START = 30.0
_NAME_END: dict[NodeKind, float] = {"messaging": 18.0, "external": 16.0}
_USUAL_NAME_END = 9.0


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in map units.

    Attributes:
        name_px: Size of a node's name; its second line is smaller.
        least_node_width: A column is at least so wide,
        most_node_width: and at most so wide where there is room; longer names are shortened.
        usual_node_width: At most so wide on a map of many columns.
        node_height: Every node's height.
        row_gap: Between nodes in a column.
        least_column_gap: Between columns of a wide map; a red link's label fits in.
        most_column_gap: Between columns of a narrow map.
        usual_width: What columns and gaps together should take.
        waypoint_height: Room for a link that passes a column.
        loop_height: Room a self-call needs above its node.
        margin: Around everything.
    """

    name_px: float
    least_node_width: float
    most_node_width: float
    usual_node_width: float
    node_height: float
    row_gap: float
    least_column_gap: float
    most_column_gap: float
    usual_width: float
    waypoint_height: float
    loop_height: float
    margin: float


ROOMY = Metrics(14, 80, 216, 166, 44, 34, 84, 150, 1240, 14, 24, 12)
DENSE = Metrics(16, 180, 180, 180, 30, 12, 132, 132, 0, 4, 20, 20)
DENSE_FROM = 46
# Room for `0.76/s · 41.2 ms` under a name, which only what is called has.
_SECOND_LINE_WIDTH = 132.0
# Nobody reads more of a name on a map.
_MOST_READ = 200


def metrics_for(node_count: int) -> Metrics:
    """Roomy nodes with a second line of text, or dense ones for big maps."""
    return DENSE if node_count >= DENSE_FROM else ROOMY


@dataclass(frozen=True, slots=True)
class Span:
    """A column's left edge and width."""

    x: float
    width: float

    @property
    def end(self) -> float:
        """Its right edge."""
        return self.x + self.width


def name_room(kind: NodeKind, width: float) -> float:
    """How wide a name may be in a node of this width."""
    return width - NAME_START - _NAME_END.get(kind, _USUAL_NAME_END)


def spread(columns: Sequence[Sequence[tuple[str, NodeKind]]], metrics: Metrics) -> tuple[list[Span], float]:
    """Each column's place, left to right, and the gap between columns.

    Args:
        columns: Name and kind of the nodes in each column; a column may hold none.
        metrics: Sizes.
    """
    gaps = max(1, len(columns) - 1)
    room = metrics.usual_width - 2 * metrics.margin
    widths = [_width(column, metrics, metrics.most_node_width) for column in columns]
    if room - sum(widths) < gaps * metrics.least_column_gap:
        widths = [_width(column, metrics, metrics.usual_node_width) for column in columns]
    gap = (room - sum(widths)) / gaps
    gap = round(min(max(gap, metrics.least_column_gap), metrics.most_column_gap), 1)
    spans = []
    x = metrics.margin
    for width in widths:
        spans.append(Span(round(x, 1), width))
        x += width + gap
    return spans, gap


def _width(column: Sequence[tuple[str, NodeKind]], metrics: Metrics, most: float) -> float:
    wanted = metrics.least_node_width
    for name, kind in column:
        ends = NAME_START + _NAME_END.get(kind, _USUAL_NAME_END)
        wanted = max(wanted, text_width(name[:_MOST_READ], metrics.name_px) + ends)
        if kind == "service":
            wanted = max(wanted, _SECOND_LINE_WIDTH)
    # Steps of four: one letter more or less in a name seldom moves the other columns.
    return min(-(-wanted // 4) * 4, most)
