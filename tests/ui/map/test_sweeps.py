from __future__ import annotations

from itertools import combinations, pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from ui.map.sweeps import crossings, positions, uncrossed

Links = set[tuple[int, int]]


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[list[int]], Links]:
    """Columns of numbered places, and links between neighbouring columns."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    columns, first = [], 0
    for size in sizes:
        columns.append(list(range(first, first + size)))
        first += size
    possible = [(a, b) for left, right in pairwise(columns) for a in left for b in right]
    return columns, draw(st.sets(st.sampled_from(possible))) if possible else set()


def neighbours(count: int, links: Links) -> tuple[list[list[int]], list[list[int]]]:
    to_left: list[list[int]] = [[] for _ in range(count)]
    to_right: list[list[int]] = [[] for _ in range(count)]
    for left, right in sorted(links):
        to_right[left].append(right)
        to_left[right].append(left)
    return to_left, to_right


def counted(columns: list[list[int]], links: Links) -> int:
    """Crossings by their definition."""
    count = sum(map(len, columns))
    position = positions(columns, count)
    column_of = {place: i for i, column in enumerate(columns) for place in column}
    return sum(
        (position[a] - position[c]) * (position[b] - position[d]) < 0
        for (a, b), (c, d) in combinations(sorted(links), 2)
        if column_of[a] == column_of[c]
    )


@given(layered())
def test_crossings_are_those_of_the_definition(graph: tuple[list[list[int]], Links]) -> None:
    columns, links = graph
    _, to_right = neighbours(sum(map(len, columns)), links)
    assert crossings(columns, to_right) == counted(columns, links)


@given(layered())
def test_places_keep_their_columns_and_cross_no_more_than_before(
    graph: tuple[list[list[int]], Links],
) -> None:
    columns, links = graph
    to_left, to_right = neighbours(sum(map(len, columns)), links)
    before = [list(column) for column in columns]
    after = uncrossed(columns, to_left, to_right)
    assert columns == before
    assert [sorted(column) for column in after] == before
    assert crossings(after, to_right) <= crossings(before, to_right)


def test_two_columns_that_can_be_untangled_are() -> None:
    for order in permutations(range(4, 8)):
        to_left, to_right = neighbours(8, set(zip(range(4), order, strict=True)))
        assert crossings(uncrossed([[0, 1, 2, 3], [4, 5, 6, 7]], to_left, to_right), to_right) == 0
