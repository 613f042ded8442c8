"""Where every node and link of the map is, in map units (about a CSS pixel at full size).

Pure and deterministic: the result depends on the set of services and the set of pairs, not on figures, order
or earlier layouts. `ui.map.layers` chooses columns, `ui.map.order` the order in them, `ui.map.columns` their
widths, this module the coordinates; `ui.map.drawing` makes the picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from query.model.link import NodeKind
from ui.map.columns import Metrics, Span, metrics_for, spread
from ui.map.layers import Pair, assign_columns, backward_pairs
from ui.map.order import Ordered, Place, order_columns

Point = tuple[float, float]
_ROUNDS = 10
_LOOP_WIDTH = 30.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node's rectangle; `x`, `y` is its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def meets(self, other: Box, distance: float = 0) -> bool:
        """Whether the two come closer than `distance` in both directions."""
        return (
            self.x < other.x + other.width + distance
            and other.x < self.x + self.width + distance
            and self.y < other.y + other.height + distance
            and other.y < self.y + self.height + distance
        )


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one link, from caller to callee.

    Points come in twos: between the first and second of each two the link crosses from one column to the
    next; between twos it runs straight past a column. A self-call (`loop`) has the two points where it
    leaves and enters the top of its node.
    """

    points: tuple[Point, ...]
    backward: bool = False
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture's geometry."""

    boxes: dict[str, Box]
    routes: dict[Pair, Route]
    width: float
    height: float
    metrics: Metrics
    column_gap: float


def lay_out(kinds: Mapping[str, NodeKind], pairs: Collection[Pair]) -> Layout:
    """Places all nodes and links.

    Args:
        kinds: Every node's name and kind; each end of a pair must be among them.
        pairs: Caller and callee of each link, self-calls included.
    """
    metrics = metrics_for(len(kinds))
    loops = {caller for caller, callee in pairs if caller == callee}
    backward = backward_pairs(kinds, pairs)
    crossing = {pair for pair in pairs if pair[0] != pair[1]}
    forward = {(b, a) if (a, b) in backward else (a, b) for a, b in crossing}
    ordered = order_columns(assign_columns(kinds, forward), forward)
    middles = _heights(ordered, loops, metrics)
    spans, column_gap = spread(
        [
            [(place.name, kinds[place.name]) for place in column if place.waypoint_of is None]
            for column in ordered.columns
        ],
        metrics,
    )

    boxes = {
        place.name: Box(span.x, middles[place] - metrics.node_height / 2, span.width, metrics.node_height)
        for span, column in zip(spans, ordered.columns, strict=True)
        for place in column
        if place.waypoint_of is None
    }
    ports = _ports(crossing, backward, ordered, middles, metrics)
    routes: dict[Pair, Route] = {}
    for pair in sorted(pairs):
        if pair[0] == pair[1]:
            box = boxes[pair[0]]
            right = box.x + box.width - 14
            routes[pair] = Route(((right - _LOOP_WIDTH, box.y), (right, box.y)), loop=True)
            continue
        is_backward = pair in backward
        chain = ordered.chains[(pair[1], pair[0]) if is_backward else pair]
        # Both directions may share a chain: they pass its waypoints beside each other.
        aside = metrics.waypoint_height / 4 if (pair[1], pair[0]) in crossing else 0.0
        points = _way(chain, ports[pair], -aside if is_backward else aside, middles, boxes, spans)
        routes[pair] = Route(tuple(reversed(points)) if is_backward else tuple(points), is_backward)
    lowest = max((middles[place] for column in ordered.columns for place in column), default=0.0)
    return Layout(
        boxes,
        routes,
        width=spans[-1].end + metrics.margin if spans else 0.0,
        height=lowest + metrics.node_height / 2 + metrics.margin,
        metrics=metrics,
        column_gap=column_gap,
    )


def _heights(ordered: Ordered, loops: set[str], metrics: Metrics) -> dict[Place, float]:
    """The middle height of every place: near its neighbours', in order, never closer than they may be."""

    def half(place: Place) -> float:
        return (metrics.node_height if place.waypoint_of is None else metrics.waypoint_height) / 2

    def apart(upper: Place, lower: Place) -> float:
        nodes = (upper.waypoint_of is None) + (lower.waypoint_of is None)
        gap = metrics.row_gap * nodes / 2
        loop = metrics.loop_height if lower.waypoint_of is None and lower.name in loops else 0
        return half(upper) + gap + loop + half(lower)

    heights: dict[Place, float] = {}
    for column in ordered.columns:
        for i, place in enumerate(column):
            heights[place] = heights[column[i - 1]] + apart(column[i - 1], place) if i else 0.0
    for round_number in range(_ROUNDS):
        columns = ordered.columns if round_number % 2 == 0 else list(reversed(ordered.columns))
        for column in columns:
            wanted = []
            for place in column:
                near = [*ordered.to_left.get(place, ()), *ordered.to_right.get(place, ())]
                wanted.append(sum(heights[one] for one in near) / len(near) if near else heights[place])
            gaps = [apart(upper, lower) for upper, lower in pairwise(column)]
            heights.update(zip(column, closest_in_order(wanted, gaps), strict=True))
    top = min(
        (
            heights[column[0]] - half(column[0]) - (metrics.loop_height if column[0].name in loops else 0)
            for column in ordered.columns
            if column
        ),
        default=0.0,
    )
    return {place: round(height - top + metrics.margin, 1) for place, height in heights.items()}


def closest_in_order(wanted: list[float], gaps: list[float]) -> list[float]:
    """The heights nearest to `wanted` (least squares) that keep their order and at least `gaps` between them.

    Isotonic regression by pooling adjacent violators, after taking the gaps out.

    Args:
        wanted: Where each would like to be.
        gaps: The least distance from each to the next; one fewer than `wanted`.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, int]] = []
    for height, offset in zip(wanted, offsets, strict=False):
        mean, size = height - offset, 1
        while pools and pools[-1][0] > mean:
            other_mean, other_size = pools.pop()
            mean = (mean * size + other_mean * other_size) / (size + other_size)
            size += other_size
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=False)]


def _ports(
    crossing: Collection[Pair],
    backward: set[Pair],
    ordered: Ordered,
    middles: Mapping[Place, float],
    metrics: Metrics,
) -> dict[Pair, tuple[float, float]]:
    """How far from the middle of its left and of its right node each link meets them, so that links part."""
    sides: dict[tuple[str, str], list[tuple[float, Pair]]] = defaultdict(list)
    for pair in sorted(crossing):
        left, right = (pair[1], pair[0]) if pair in backward else pair
        chain = ordered.chains[left, right]
        sides["right of", left].append((middles[chain[1]], pair))
        sides["left of", right].append((middles[chain[-2]], pair))
    offsets: dict[tuple[str, Pair], float] = {}
    for (side, _), meeting in sides.items():
        meeting.sort()
        step = min(10.0, (metrics.node_height - 12) / max(1, len(meeting) - 1))
        for i, (_, pair) in enumerate(meeting):
            offsets[side, pair] = round((i - (len(meeting) - 1) / 2) * step, 1)
    return {pair: (offsets["right of", pair], offsets["left of", pair]) for pair in crossing}


def _way(
    chain: list[Place],
    ports: tuple[float, float],
    aside: float,
    middles: Mapping[Place, float],
    boxes: Mapping[str, Box],
    spans: Sequence[Span],
) -> list[Point]:
    first, last = boxes[chain[0].name], boxes[chain[-1].name]
    points = [(first.x + first.width, middles[chain[0]] + ports[0])]
    for waypoint in chain[1:-1]:
        span = spans[waypoint.column]
        y = middles[waypoint] + aside
        points += [(span.x, y), (span.end, y)]
    return [*points, (last.x, middles[chain[-1]] + ports[1])]
