from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.model.window import NS_PER_S, Window
from query.services.precision import MINUTES_SECONDS, SINGLE_SPANS_SECONDS, finest_seconds, widened
from storage.slots import HOUR, MINUTE

NOW_NS = 1_795_366_200 * NS_PER_S


def test_the_past_is_kept_less_finely_with_its_age() -> None:
    assert finest_seconds(NOW_NS, NOW_NS) == 1
    assert finest_seconds(NOW_NS - SINGLE_SPANS_SECONDS * NS_PER_S, NOW_NS) == 1
    assert finest_seconds(NOW_NS - SINGLE_SPANS_SECONDS * NS_PER_S - 1, NOW_NS) == MINUTE
    assert finest_seconds(NOW_NS - MINUTES_SECONDS * NS_PER_S - 1, NOW_NS) == HOUR


ages = st.integers(0, 20 * 86_400 * NS_PER_S)


@given(ages, ages)
def test_a_window_only_grows_and_by_less_than_a_slot_at_each_end(one: int, other: int) -> None:
    window = Window(NOW_NS - max(one, other) - 1, NOW_NS - min(one, other))
    wide = widened(window, NOW_NS)
    first, last = finest_seconds(window.start_ns, NOW_NS), finest_seconds(window.end_ns, NOW_NS)
    assert 0 <= window.start_ns - wide.start_ns < first * NS_PER_S
    assert 0 <= wide.end_ns - window.end_ns < last * NS_PER_S
    if first > 1:
        assert wide.start_ns % (first * NS_PER_S) == 0
    if last > 1:
        assert wide.end_ns % (last * NS_PER_S) == 0
