from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.model.window import NS_PER_S, Window
from tests.ui.shop import NOW_NS
from ui.earlier import choices, read_earlier
from ui.errors import BadParameter

QUARTER = Window(NOW_NS - 900 * NS_PER_S, NOW_NS)


@pytest.mark.parametrize(
    ("text", "words", "seconds"),
    [
        ("-15m", "15 minutes", 900),
        ("-1h", "1 hour", 3600),
        ("-7d", "7 days", 604_800),
        ("-1m", "one window", 900),
    ],
)
def test_the_earlier_window_is_as_long_and_named(text: str, words: str, seconds: int) -> None:
    earlier = read_earlier(text, QUARTER)
    assert earlier
    assert earlier.words == words
    assert earlier.window == Window(
        QUARTER.start_ns - seconds * NS_PER_S, QUARTER.end_ns - seconds * NS_PER_S
    )


@given(st.integers(1, 9999), st.sampled_from("mhdw"), st.integers(1, 10**7))
def test_windows_are_equally_long_and_never_overlap(count: int, unit: str, length_s: int) -> None:
    window = Window(NOW_NS - length_s * NS_PER_S, NOW_NS)
    try:
        earlier = read_earlier(f"-{count}{unit}", window)
    except BadParameter:
        return
    assert earlier
    assert earlier.window.seconds == window.seconds
    assert 0 <= earlier.window.start_ns < earlier.window.end_ns <= window.start_ns


@pytest.mark.parametrize("text", [None, ""])
def test_nothing_asked_is_nothing(text: str | None) -> None:
    assert read_earlier(text, QUARTER) is None


@pytest.mark.parametrize("text", ["1h", "-0h", "-1y", "yesterday", "-1h;drop", "-9999w"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        read_earlier(text, QUARTER)


def test_offered_offsets_are_at_least_as_long_as_the_window() -> None:
    assert [one.written for one in choices(QUARTER)] == ["-15m", "-1h", "-1d", "-7d"]
    assert [one.written for one in choices(Window(NOW_NS - 7200 * NS_PER_S, NOW_NS))] == ["-1d", "-7d"]
