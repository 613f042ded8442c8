"""Fewer crossings between the columns of a layered graph, by barycentre sweeps and neighbour swaps.

Pure. Places are numbers, and so are where they stand: a map of 250 links compares them half a million times.
The third step of Sugiyama's method (Gansner et al. 1993, "A technique for drawing directed graphs"); a fixed
number of rounds, and places that keep their order where nothing tells them apart, make it deterministic.
`ui.map.order` makes the graph and names its places.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise

_SWEEPS = 12

Column = list[int]
Neighbours = Sequence[Sequence[int]]


def uncrossed(columns: Sequence[Column], to_left: Neighbours, to_right: Neighbours) -> list[Column]:
    """The columns in the best order found.

    Args:
        columns: Places from top to bottom, columns from left to right; ties keep this order.
        to_left: By place, the places in the column before that links join it with.
        to_right: The same of the column after.
    """
    places = _copy(columns)
    best, fewest = _copy(places), crossings(places, to_right)
    # After a sweep to the right and one to the left.
    earlier: dict[int, list[Column]] = {}
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        if not fewest or earlier.get(sweep % 2) == places:
            # Nothing crosses, or everything that follows would be what was before.
            break
        earlier[sweep % 2] = _copy(places)
        _sweep(places, to_left if rightwards else to_right, rightwards=rightwards)
        _swap_neighbours(places, to_left, to_right)
        if (crossed := crossings(places, to_right)) < fewest:
            best, fewest = _copy(places), crossed
    return best


def crossings(columns: Sequence[Column], to_right: Neighbours) -> int:
    """How many pairs of links cross between neighbouring columns."""
    crossed = 0
    position = positions(columns, len(to_right))
    for column in columns[:-1]:
        ends: list[int] = []
        for place in column:
            reached = sorted([position[right] for right in to_right[place]])
            for end in reached:
                crossed += len(ends) - bisect_right(ends, end)
            for end in reached:
                insort(ends, end)
    return crossed


def positions(columns: Sequence[Column], count: int) -> list[int]:
    """By place, how many stand above it in its column."""
    position = [0] * count
    for column in columns:
        for i, place in enumerate(column):
            position[place] = i
    return position


def _sweep(columns: list[Column], neighbours: Neighbours, *, rightwards: bool) -> None:
    """Sorts each column by the middle of its places' neighbours in the column swept before it."""
    position = positions(columns, len(neighbours))
    around = pairwise(columns if rightwards else columns[::-1])
    for beside, column in around:
        scale = len(beside) / max(1, len(column))
        centre = {}
        for i, place in enumerate(column):
            near = neighbours[place]
            centre[place] = sum([position[one] for one in near]) / len(near) if near else i * scale
        column.sort(key=centre.__getitem__)
        for i, place in enumerate(column):
            position[place] = i


def _swap_neighbours(columns: list[Column], to_left: Neighbours, to_right: Neighbours) -> None:
    """One pass of exchanging adjacent places where that removes crossings."""
    position = positions(columns, len(to_left))
    for column in columns:
        # Only this column moves meanwhile.
        lefts = [sorted([position[one] for one in to_left[place]]) for place in column]
        rights = [sorted([position[one] for one in to_right[place]]) for place in column]
        for i in range(len(column) - 1):
            j = i + 1
            if _gain(lefts[i], lefts[j]) + _gain(rights[i], rights[j]) > 0:
                column[i], column[j] = column[j], column[i]
                lefts[i], lefts[j] = lefts[j], lefts[i]
                rights[i], rights[j] = rights[j], rights[i]
        for i, place in enumerate(column):
            position[place] = i


def _gain(upper: list[int], lower: list[int]) -> int:
    """How many crossings fewer two places would have on one side if they changed theirs; sorted positions."""
    if not upper or not lower:
        return 0
    if upper[-1] < lower[0]:
        return -len(upper) * len(lower)
    gain = 0
    for up in upper:
        for low in lower:
            gain += (up > low) - (up < low)
    return gain


def _copy(columns: Sequence[Column]) -> list[Column]:
    return [list(column) for column in columns]
