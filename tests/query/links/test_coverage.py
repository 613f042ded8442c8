"""A plan covers a window's time exactly once, with nothing that must not be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.links.coverage import Plan, plan
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS
from storage.slots import HOUR, MINUTE

END = 4 * HOUR
SLICES = range(0, END, SLICE_SECONDS)

edges = st.integers(0, END * NS_PER_S)
windows = (
    st.tuples(edges, edges).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: Window(*sorted(pair)))
)
starts = st.sets(st.sampled_from(SLICES), max_size=20)


def slot_states(seconds: int) -> st.SearchStrategy[dict[int, bool]]:
    return st.dictionaries(st.sampled_from(range(0, END, seconds)), st.booleans(), max_size=60)


def made(
    window: Window, changed: set[int], minutes: dict[int, bool], hours: dict[int, bool], longest: int
) -> Plan:
    def slots_in(resolution: int, first: int, end: int) -> dict[int, bool]:
        known = hours if resolution == HOUR else minutes
        return {start: valid for start, valid in known.items() if first <= start < end}

    return plan(
        window,
        changed,
        slots_in,
        lambda first, end: [start for start in SLICES if first <= start < end],
        longest=longest,
    )


@given(
    windows, starts, slot_states(MINUTE), slot_states(HOUR), st.sampled_from([SLICE_SECONDS, MINUTE, HOUR])
)
def test_every_slice_is_read_once(
    window: Window, changed: set[int], minutes: dict[int, bool], hours: dict[int, bool], longest: int
) -> None:
    found = made(window, changed, minutes, hours, longest)

    lengths = (
        (found.joined, SLICE_SECONDS),
        (found.rolled.slices, SLICE_SECONDS),
        (found.rolled.minutes, MINUTE),
        (found.rolled.hours, HOUR),
    )
    read = [
        start
        for slots, seconds in lengths
        for slot in slots
        for start in range(slot, slot + seconds, SLICE_SECONDS)
    ]
    touched = [
        start
        for start in SLICES
        if start * NS_PER_S < window.end_ns and (start + SLICE_SECONDS) * NS_PER_S > window.start_ns
    ]
    assert sorted(read) == touched
    assert found.joined == sorted(found.joined)
    # What changed, and slices that the window cuts, are joined; slots that may not be read are not.
    assert changed.intersection(touched) <= set(found.joined)
    rolled = set(read) - set(found.joined)
    assert all(
        window.start_ns <= start * NS_PER_S and (start + SLICE_SECONDS) * NS_PER_S <= window.end_ns
        for start in rolled
    )
    assert all(minutes[start] for start in found.rolled.minutes)
    assert all(hours[start] for start in found.rolled.hours)
    assert longest >= HOUR or not found.rolled.hours
    assert longest >= MINUTE or not found.rolled.minutes


def test_the_coarsest_slots_are_taken() -> None:
    every_minute = dict.fromkeys(range(0, END, MINUTE), True)
    every_hour = dict.fromkeys(range(0, END, HOUR), True)
    window = Window((HOUR - 90) * NS_PER_S, (3 * HOUR + 20) * NS_PER_S)
    found = made(window, {2 * HOUR + 30}, every_minute, every_hour, HOUR)
    assert found.rolled.hours == (HOUR,)
    assert len(found.rolled.minutes) == 1 + 59
    assert found.rolled.slices == (
        *range(HOUR - 90, HOUR - 60, SLICE_SECONDS),
        *(start for start in range(2 * HOUR, 2 * HOUR + 60, SLICE_SECONDS) if start != 2 * HOUR + 30),
        *range(3 * HOUR, 3 * HOUR + 20, SLICE_SECONDS),
    )
    assert found.joined == [2 * HOUR + 30]
