from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.causes.stretches import MOST_SPANS, MOST_STRETCHES, STRETCH_SECONDS, stretches_of

BUSY = MOST_SPANS // 100


def test_a_window_that_is_not_too_large_is_searched_whole() -> None:
    found = stretches_of({10: 5, 0: MOST_SPANS - 5})
    assert (found.slices, found.share) == ([0, 10], 1.0)


def test_nothing_is_nothing() -> None:
    assert (stretches_of({}).slices, stretches_of({}).share) == ([], 0.0)


def test_a_day_is_searched_in_twelve_places() -> None:
    occupied = dict.fromkeys(range(0, 86400, 10), BUSY)
    found = stretches_of(occupied)
    places = {start // STRETCH_SECONDS for start in found.slices}
    assert len(places) == MOST_STRETCHES
    assert max(places) - min(places) > 250
    assert found.share == len(found.slices) / len(occupied)


@given(st.dictionaries(st.integers(0, 2_000).map(lambda place: place * 10), st.integers(1, MOST_SPANS // 3)))
def test_no_more_is_searched_than_is_allowed(occupied: dict[int, int]) -> None:
    found = stretches_of(occupied)
    assert set(found.slices) <= set(occupied)
    assert len(set(found.slices)) == len(found.slices)
    assert bool(found.slices) == bool(occupied)
    assert 0 <= found.share <= 1
    if sum(occupied.values()) <= MOST_SPANS:
        assert set(found.slices) == set(occupied)
