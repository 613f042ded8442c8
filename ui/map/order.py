"""In which order the nodes of a column stand, so that few links cross.

Pure. Long links get a waypoint in each column they pass, then barycentre sweeps and neighbour swaps (the
third step of Sugiyama's method; Gansner et al. 1993, "A technique for drawing directed graphs"). A fixed
number of rounds and ties broken by name keep it deterministic.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ui.map.layers import Pair

_SWEEPS = 12


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A node, or the waypoint where the link `waypoint_of` passes a column."""

    name: str
    waypoint_of: Pair | None = None
    column: int = 0


Column = list[Place]
Steps = dict[Place, list[Place]]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Columns from left to right, their places from top to bottom, and which places links join.

    `chains` holds for each pair all places it passes, left to right, both ends included.
    """

    columns: list[Column]
    chains: dict[Pair, list[Place]]
    to_left: Steps
    to_right: Steps


def order_columns(columns: Mapping[str, int], forward: Collection[Pair]) -> Ordered:
    """Orders every column.

    Args:
        columns: The column of each node, as `assign_columns` gives it.
        forward: Pairs that lead to a later column.
    """
    places: list[Column] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for name in sorted(columns):
        places[columns[name]].append(Place(name, None, columns[name]))
    chains: dict[Pair, list[Place]] = {}
    to_left: Steps = defaultdict(list)
    to_right: Steps = defaultdict(list)
    for pair in sorted(forward):
        first, last = columns[pair[0]], columns[pair[1]]
        waypoints = [Place(pair[0], pair, column) for column in range(first + 1, last)]
        for waypoint in waypoints:
            places[waypoint.column].append(waypoint)
        chains[pair] = [Place(pair[0], None, first), *waypoints, Place(pair[1], None, last)]
        for left, right in pairwise(chains[pair]):
            to_right[left].append(right)
            to_left[right].append(left)
    _start_near_callers(places, to_left)
    best, fewest = _copy(places), crossings(places, to_right)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        _sweep(places, to_left if sweep % 2 == 0 else to_right, rightwards=sweep % 2 == 0)
        _swap_neighbours(places, to_left, to_right)
        if (crossed := crossings(places, to_right)) < fewest:
            best, fewest = _copy(places), crossed
    return Ordered(best, chains, to_left, to_right)


def crossings(columns: list[Column], to_right: Steps) -> int:
    """How many pairs of links cross between neighbouring columns."""
    crossed = 0
    for column, following in pairwise(columns):
        position = {place: i for i, place in enumerate(following)}
        ends: list[int] = []
        for place in column:
            reached = sorted(position[right] for right in to_right.get(place, ()))
            crossed += sum(len(ends) - bisect_right(ends, end) for end in reached)
            for end in reached:
                insort(ends, end)
    return crossed


def _start_near_callers(columns: list[Column], to_left: Steps) -> None:
    for column, following in pairwise(columns):
        position = {place: i for i, place in enumerate(column)}
        following.sort(
            key=lambda place: (min((position[p] for p in to_left.get(place, ())), default=0), place.name)
        )


def _sweep(columns: list[Column], neighbours: Steps, *, rightwards: bool) -> None:
    order = range(1, len(columns)) if rightwards else range(len(columns) - 2, -1, -1)
    for index in order:
        beside = columns[index - 1] if rightwards else columns[index + 1]
        position = {place: i for i, place in enumerate(beside)}
        own = {place: i for i, place in enumerate(columns[index])}
        scale = len(beside) / max(1, len(columns[index]))

        def centre(
            place: Place,
            position: dict[Place, int] = position,
            own: dict[Place, int] = own,
            scale: float = scale,
        ) -> float:
            near = neighbours.get(place)
            return sum(position[one] for one in near) / len(near) if near else own[place] * scale

        columns[index].sort(key=centre)


def _swap_neighbours(columns: list[Column], to_left: Steps, to_right: Steps) -> None:
    """One pass of exchanging adjacent places where that removes crossings."""
    position = {place: i for column in columns for i, place in enumerate(column)}
    for column in columns:
        for i in range(len(column) - 1):
            upper, lower = column[i], column[i + 1]
            gain = 0
            for side in (to_left, to_right):
                ups = [position[one] for one in side.get(upper, ())]
                lows = [position[one] for one in side.get(lower, ())]
                gain += sum((up > low) - (up < low) for up in ups for low in lows)
            if gain > 0:
                column[i], column[i + 1] = lower, upper
                position[upper], position[lower] = i + 1, i


def _copy(columns: list[Column]) -> list[Column]:
    return [list(column) for column in columns]
