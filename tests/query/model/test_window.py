from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from query.model.window import (
    DEFAULT_LENGTH_NS,
    MAX_NS,
    MAX_STEPS,
    NS_PER_S,
    Window,
    WindowError,
    parse_time,
    parse_window,
    rfc3339,
    step_seconds,
)

NOW_NS = 1_795_366_200 * NS_PER_S
MINUTE_NS = 60 * NS_PER_S


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("now", NOW_NS),
        (" now ", NOW_NS),
        ("-15m", NOW_NS - 15 * MINUTE_NS),
        ("15m", NOW_NS - 15 * MINUTE_NS),
        ("now-15m", NOW_NS - 15 * MINUTE_NS),
        ("now+1h", NOW_NS + 60 * MINUTE_NS),
        ("+250ms", NOW_NS + NS_PER_S // 4),
        ("-999999999w", 0),
        ("1795366200", NOW_NS),
        ("1795366200.5", NOW_NS + NS_PER_S // 2),
        ("1.000000001", NS_PER_S + 1),
        ("2026-11-22T16:50:00Z", NOW_NS),
        ("2026-11-22T17:50:00+01:00", NOW_NS),
        ("2026-11-22T17:50:00 01:00", NOW_NS),
        ("2026-11-22 17:50 01:00", NOW_NS),
        ("2026-11-22T16:50:00.25Z", NOW_NS + NS_PER_S // 4),
        ("2026-11-22 16:50", NOW_NS),
        ("9999-12-31", MAX_NS),
    ],
)
def test_times_as_people_write_them(text: str, time_ns: int) -> None:
    assert parse_time(text, NOW_NS) == time_ns


@pytest.mark.parametrize(
    "text", ["", "soon", "now15m", "nownow", "-15", "--15m", "15y", "1e9", "-1.5h", "٣m"]
)
def test_what_is_no_time_says_so(text: str) -> None:
    with pytest.raises(WindowError, match="is not a time"):
        parse_time(text, NOW_NS)


@given(st.integers(0, 253_402_300_799 * 10**6))
def test_a_printed_time_reads_as_itself(micros: int) -> None:
    time_ns = min(micros * 1_000, MAX_NS)
    assert parse_time(rfc3339(time_ns), NOW_NS) == time_ns // 1_000 * 1_000


def test_the_default_is_the_last_quarter_of_an_hour_from_the_next_whole_second() -> None:
    window = parse_window(None, None, NOW_NS + 1)
    assert window == Window(NOW_NS + NS_PER_S - DEFAULT_LENGTH_NS, NOW_NS + NS_PER_S)
    assert parse_window("-15m", "now", NOW_NS + 999) == window
    assert parse_window(None, "-1h", NOW_NS).start_ns == NOW_NS - 75 * MINUTE_NS


@pytest.mark.parametrize(("start", "end"), [("now", "now"), ("-1m", "-2m"), ("now", None)])
def test_a_window_has_a_length(start: str, end: str | None) -> None:
    with pytest.raises(WindowError, match="before end"):
        parse_window(start, end, NOW_NS)


@example(40 * 86_400 * NS_PER_S + 1)
@given(st.integers(1, 40 * 366 * 86_400 * NS_PER_S))
def test_steps_are_few_and_no_finer_than_needed(length_ns: int) -> None:
    window = Window(0, length_ns)
    step = step_seconds(window)
    assert window.seconds / step <= MAX_STEPS
    assert step == 1 or window.seconds / MAX_STEPS > step / 2.6
