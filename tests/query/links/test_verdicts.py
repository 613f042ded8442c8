from __future__ import annotations

import polars as pl

from query.links.verdicts import BEGINNINGS, FRESH_SECONDS, beginnings, judged_until
from query.model.window import NS_PER_S, Window


def minutes(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(start, caller, "payment", "http") for caller, start in rows],
        schema=["Start", "Caller", "Callee", "Kind"],
        orient="row",
    )


def test_links_that_were_there_at_the_first_minute_may_be_older() -> None:
    assert beginnings(minutes(("a", 600), ("a", 660), ("b", 600)), 600, 3_600) == []


def test_a_link_begins_in_its_first_minute_and_the_one_after() -> None:
    assert beginnings(minutes(("a", 600), ("b", 720), ("b", 780), ("b", 840)), 600, 3_600) == [720, 780]
    assert beginnings(minutes(("b", 720)), 600, 780) == [720]


def test_only_so_many_beginnings_count_those_of_most_links() -> None:
    rows = [(f"link-{number}", 660 + 180 * number) for number in range(BEGINNINGS + 2)]
    found = beginnings(minutes(*rows, ("another", 660 + 180 * (BEGINNINGS + 1))), 600, 7_200)
    assert len(found) == 2 * BEGINNINGS
    assert 660 + 180 * (BEGINNINGS + 1) in found


def ends(start: float, end: float, now: float) -> float:
    return judged_until(Window(int(start * NS_PER_S), int(end * NS_PER_S)), int(now * NS_PER_S)) / NS_PER_S


def test_past_windows_of_near_ends_are_judged_alike() -> None:
    assert ends(0, 1_007.5, 2_000) == ends(0, 1_001, 2_000) == 1_000
    assert ends(0, 1_010, 2_000) == 1_010


def test_what_happens_now_is_judged_to_the_last_moment() -> None:
    assert ends(0, 1_007.5, 1_008) == 1_007.5


def test_short_windows_are_judged_whole() -> None:
    assert ends(1_000, 1_000 + FRESH_SECONDS - 1, 5_000) == 1_000 + FRESH_SECONDS - 1
