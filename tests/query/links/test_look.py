from __future__ import annotations

import polars as pl

from query.links.look import Look
from storage.links import Clock

SCHEMA = {"TraceKey": pl.UInt64, "Second": pl.UInt32, "Spans": pl.UInt32}
NOW = 1_790_000_000


def look(now: int, rows: list[tuple[int, int, int]]) -> Look:
    return Look(Clock(now * 10**9, NOW - 30, now), pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def test_what_a_later_look_sees_more_is_what_arrived_in_between() -> None:
    earlier = look(NOW, [(1, NOW - 9, 4), (1, NOW, 2), (2, NOW, 1)])
    later = look(NOW + 2, [(1, NOW - 9, 4), (1, NOW, 3), (2, NOW, 1), (3, NOW + 1, 7)])

    arrivals = earlier.until(later)

    assert arrivals
    assert (list(arrivals.traces), arrivals.spans, arrivals.first_second) == ([1, 3], 10, NOW)
    assert not later.until(later)


def test_seconds_that_the_earlier_look_did_not_ask_for_do_not_count() -> None:
    earlier = look(NOW, [(2, NOW, 1)])
    assert not earlier.until(look(NOW + 2, [(1, earlier.settled - 1, 4), (2, NOW, 1)]))


def test_it_knows_how_far_the_roll_up_is_behind() -> None:
    assert look(NOW, []).behind_seconds == 30
