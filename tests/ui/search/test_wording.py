from __future__ import annotations

from dataclasses import replace

from query.model.trace import TracePage
from tests.ui.trace.shop import shop_trace, summary
from ui.search.form import conditions, read_form
from ui.search.wording import search_sentence, strongest_exclusion

ONE = summary(shop_trace())
QUICK = replace(ONE, duration_ms=12.0, error_count=0)
ANY = read_form({}, [])
WEB = read_form({"service": "web", "status": "error"}, [])


def test_results_are_summed_up() -> None:
    page = TracePage([ONE, QUICK, QUICK], None)
    assert search_sentence(page, ANY, "last 15 minutes") == (
        "3 traces, newest first (last 15 minutes): the slowest took 1.24 s, 1 has errors."
    )
    assert search_sentence(TracePage([ONE, QUICK], "c"), WEB, "last hour") == (
        "2 of the newest traces that match (last hour): the slowest took 1.24 s, 1 has errors."
    )
    assert search_sentence(TracePage([QUICK], None), WEB, "last hour") == (
        "1 trace that matches (last hour): it took 12.0 ms."
    )


def test_nothing_is_told_apart_from_no_match() -> None:
    assert search_sentence(TracePage([], None), ANY, "last hour") == "No trace (last hour)."
    assert search_sentence(TracePage([], None), WEB, "last hour") == "No trace matches (last hour)."


def test_the_condition_that_lets_most_in_is_named() -> None:
    service, status = conditions(WEB)
    best = strongest_exclusion([(service, TracePage([ONE], None)), (status, TracePage([ONE, QUICK], "c"))])
    assert best is not None
    assert (best.condition, best.traces, best.more) == (status, 2, True)
    assert strongest_exclusion([(service, TracePage([], None))]) is None
