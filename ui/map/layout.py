"""Where every node and link of the map is, in map units (about a CSS pixel at full size).

Pure and deterministic: the result depends on the set of services and the set of pairs, not on figures, order
or earlier layouts. `ui.map.layers` chooses columns, `ui.map.order` the order in them, `ui.map.columns` their
widths, this module the coordinates; `ui.map.drawing` makes the picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from query.model.link import NodeKind
from ui.map.columns import Metrics, Span, metrics_for, spread
from ui.map.layers import Pair, assign_columns, backward_pairs
from ui.map.narrowing import narrowed
from ui.map.order import Ordered, Place, order_columns

Point = tuple[float, float]
_ROUNDS = 10
_LOOP_WIDTH = 30.0
# Links that pass a column may take so much of its height in all, but each at least so much.
_WAYPOINTS_HEIGHT, _LEAST_WAYPOINT_HEIGHT = 260.0, 3.0


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
    columns = narrowed(kinds, assign_columns(kinds, forward), crossing)
    backward = {(a, b) for a, b in crossing if columns[a] > columns[b]}
    ordered = order_columns(columns, {(b, a) if (a, b) in backward else (a, b) for a, b in crossing})
    metrics = _with_room_for_waypoints(metrics, ordered)
    middles = _heights(ordered, loops, metrics)
    nodes = [
        [(i, ordered.places[i].name) for i in column if ordered.places[i].waypoint_of is None]
        for column in ordered.columns
    ]
    spans, column_gap = spread([[(name, kinds[name]) for _, name in column] for column in nodes], metrics)

    boxes = {
        name: Box(span.x, middles[i] - metrics.node_height / 2, span.width, metrics.node_height)
        for span, column in zip(spans, nodes, strict=True)
        for i, name in column
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
        shift = -aside if is_backward else aside
        points = _way(
            [ordered.places[i] for i in chain], [middles[i] for i in chain], ports[pair], shift, boxes, spans
        )
        routes[pair] = Route(tuple(reversed(points)) if is_backward else tuple(points), is_backward)
    lowest = max(middles, default=0.0)
    return Layout(
        boxes,
        routes,
        width=spans[-1].end + metrics.margin if spans else 0.0,
        height=lowest + metrics.node_height / 2 + metrics.margin,
        metrics=metrics,
        column_gap=column_gap,
    )


def _with_room_for_waypoints(metrics: Metrics, ordered: Ordered) -> Metrics:
    """The metrics, with links that pass a column together when they are many."""
    passing = max(
        (sum(ordered.places[i].waypoint_of is not None for i in column) for column in ordered.columns),
        default=0,
    )
    together = max(_LEAST_WAYPOINT_HEIGHT, round(_WAYPOINTS_HEIGHT / max(1, passing), 1))
    return metrics if together >= metrics.waypoint_height else replace(metrics, waypoint_height=together)


def _heights(ordered: Ordered, loops: set[str], metrics: Metrics) -> list[float]:
    """The middle height of every place: near its neighbours', in order, never closer than they may be."""
    nodes = [place.waypoint_of is None for place in ordered.places]
    half = [(metrics.node_height if is_node else metrics.waypoint_height) / 2 for is_node in nodes]
    loop = [
        metrics.loop_height if is_node and place.name in loops else 0.0
        for place, is_node in zip(ordered.places, nodes, strict=True)
    ]
    gaps = [
        [
            half[upper] + metrics.row_gap * (nodes[upper] + nodes[lower]) / 2 + loop[lower] + half[lower]
            for upper, lower in pairwise(column)
        ]
        for column in ordered.columns
    ]
    heights = [0.0] * len(nodes)
    for column, between in zip(ordered.columns, gaps, strict=True):
        for place, height in zip(column, accumulate(between, initial=0.0), strict=False):
            heights[place] = height
    near = [[*left, *right] for left, right in zip(ordered.to_left, ordered.to_right, strict=True)]
    there = list(zip(ordered.columns, gaps, strict=True))
    for round_number in range(_ROUNDS):
        for column, between in there if round_number % 2 == 0 else there[::-1]:
            wanted = [
                sum([heights[one] for one in near[place]]) / len(near[place])
                if near[place]
                else heights[place]
                for place in column
            ]
            for place, height in zip(column, closest_in_order(wanted, between), strict=True):
                heights[place] = height
    tops = [heights[column[0]] - half[column[0]] - loop[column[0]] for column in ordered.columns if column]
    top = min(tops, default=0.0)
    return [round(height - top + metrics.margin, 1) for height in heights]


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
    middles: Sequence[float],
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
    chain: Sequence[Place],
    middles: Sequence[float],
    ports: tuple[float, float],
    aside: float,
    boxes: Mapping[str, Box],
    spans: Sequence[Span],
) -> list[Point]:
    first, last = boxes[chain[0].name], boxes[chain[-1].name]
    points = [(first.x + first.width, middles[0] + ports[0])]
    for waypoint, middle in zip(chain[1:-1], middles[1:-1], strict=True):
        span = spans[waypoint.column]
        points += [(span.x, middle + aside), (span.end, middle + aside)]
    return [*points, (last.x, middles[-1] + ports[1])]
