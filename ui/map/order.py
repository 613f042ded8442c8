"""In which order the nodes of a column stand, so that few links cross.

Pure. Long links get a waypoint in each column they pass; `ui.map.sweeps` then finds the order. Ties broken by
name keep it deterministic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.map.layers import Pair
from ui.map.sweeps import Column, Neighbours, positions, uncrossed


@dataclass(frozen=True, slots=True)
class Place:
    """A node, or the waypoint where the link `waypoint_of` passes a column."""

    name: str
    waypoint_of: Pair | None
    column: int


@dataclass(frozen=True, slots=True)
class Ordered:
    """Columns from left to right, their places from top to bottom, and which places links join.

    Attributes:
        places: All of them; elsewhere a place is its number here.
        columns: The order.
        chains: For each pair all places it passes, left to right, both ends included.
        to_left: By place, those in the column before that links join it with.
        to_right: The same of the column after.
    """

    places: Sequence[Place]
    columns: list[Column]
    chains: dict[Pair, list[int]]
    to_left: Neighbours
    to_right: Neighbours


def order_columns(columns: Mapping[str, int], forward: Collection[Pair]) -> Ordered:
    """Orders every column.

    Args:
        columns: The column of each node, as `assign_columns` gives it.
        forward: Pairs that lead to a later column.
    """
    names = sorted(columns)
    places = [Place(name, None, columns[name]) for name in names]
    number = {name: i for i, name in enumerate(names)}
    chains: dict[Pair, list[int]] = {}
    for pair in sorted(forward):
        waypoints = [Place(pair[0], pair, column) for column in range(columns[pair[0]] + 1, columns[pair[1]])]
        first = len(places)
        places += waypoints
        chains[pair] = [number[pair[0]], *range(first, len(places)), number[pair[1]]]
    to_left: list[list[int]] = [[] for _ in places]
    to_right: list[list[int]] = [[] for _ in places]
    for chain in chains.values():
        for left, right in pairwise(chain):
            to_right[left].append(right)
            to_left[right].append(left)
    start = _near_callers(places, to_left)
    return Ordered(places, uncrossed(start, to_left, to_right), chains, to_left, to_right)


def _near_callers(places: Sequence[Place], to_left: Neighbours) -> list[Column]:
    """The columns as sweeps begin with them: each place by its highest caller."""
    columns: list[Column] = [[] for _ in range(1 + max((place.column for place in places), default=-1))]
    for i, place in enumerate(places):
        columns[place.column].append(i)
    for column, following in pairwise(columns):
        position = positions([column], len(places))
        keys = {i: (min((position[one] for one in to_left[i]), default=0), places[i].name) for i in following}
        following.sort(key=keys.__getitem__)
    return columns
