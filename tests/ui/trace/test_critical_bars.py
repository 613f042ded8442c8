from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ui.trace.critical_bars import Segment, joined

SEGMENTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=30).map(
    lambda steps: [
        (sum(map(sum, steps[:i])) + gap, sum(map(sum, steps[: i + 1]))) for i, (gap, _) in enumerate(steps)
    ]
)


@given(SEGMENTS, st.integers(0, 60))
def test_what_is_joined_covers_the_same_and_stays_apart(segments: list[Segment], distance: int) -> None:
    whole = joined(segments, distance)
    assert all(any(start <= s and e <= end for start, end in whole) for s, e in segments)
    assert all(later[0] - earlier[1] >= distance for earlier, later in pairwise(whole))
    assert [one[0] for one in whole[:1]] == [one[0] for one in segments[:1]]
    assert [one[1] for one in whole[-1:]] == [one[1] for one in segments[-1:]]


def test_pieces_far_apart_are_left_alone() -> None:
    assert joined([(0, 10), (20, 30), (31, 40)], 5) == [(0, 10), (20, 40)]
