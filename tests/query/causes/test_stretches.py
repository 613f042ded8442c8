from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.causes.stretches import FEWEST_STRETCHES, MOST_SPANS, MOST_STRETCHES, STRETCH_SECONDS, stretches_of

BUSY = MOST_SPANS // 100


def test_a_window_that_is_not_too_large_is_searched_whole() -> None:
    found = stretches_of({10: 5, 0: MOST_SPANS - 5})
    assert (found.slices, found.share) == ([0, 10], 1.0)


def test_nothing_is_nothing() -> None:
    assert (stretches_of({}).slices, stretches_of({}).share) == ([], 0.0)


def test_a_day_is_searched_in_some_places() -> None:
    occupied = dict.fromkeys(range(0, 86400, 10), BUSY)
    found = stretches_of(occupied)
    places = {start // STRETCH_SECONDS for start in found.slices}
    assert len(places) == FEWEST_STRETCHES
    assert max(places) - min(places) > 180
    assert found.share == len(found.slices) / len(occupied)


def test_whole_stretches_are_searched_where_they_fit() -> None:
    occupied = dict.fromkeys(range(0, 3_600, 10), MOST_SPANS * 10 // 3_600)
    assert stretches_of(occupied).share == 1.0
    denser = dict.fromkeys(range(0, 86_400, 10), MOST_SPANS // 100)
    found = stretches_of(denser)
    assert len({start // STRETCH_SECONDS for start in found.slices}) == 3 < MOST_STRETCHES
    assert len(found.slices) == 3 * STRETCH_SECONDS // 10


@given(st.dictionaries(st.integers(0, 2_000).map(lambda place: place * 10), st.integers(1, MOST_SPANS // 3)))
def test_no_more_is_searched_than_is_allowed(occupied: dict[int, int]) -> None:
    found = stretches_of(occupied)
    assert set(found.slices) <= set(occupied)
    assert len(set(found.slices)) == len(found.slices)
    assert bool(found.slices) == bool(occupied)
    assert 0 <= found.share <= 1
    if sum(occupied.values()) <= MOST_SPANS:
        assert set(found.slices) == set(occupied)
