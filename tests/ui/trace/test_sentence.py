from __future__ import annotations

from dataclasses import replace

import pytest

from query.model.trace import Trace
from tests.ui.trace.shop import Sketch, build_trace, shop_sketches, shop_trace, wide_trace
from ui.trace.sentence import trace_sentence
from ui.trace.tree import build_tree


def sentence(trace: Trace) -> str:
    return trace_sentence(trace, build_tree(trace.spans))


def test_it_names_the_deepest_call_that_carries_the_trace() -> None:
    assert (
        sentence(shop_trace()) == "This request took 1.24 s; 985 ms of it was payment → bank, which failed."
    )


def test_a_name_of_any_length_stays_one_line() -> None:
    sketches = [Sketch("a", "", "L" * 100_000, "GET /", "server", 0, 100)]
    assert len(sentence(build_trace(sketches))) < 120


def test_failures_elsewhere_are_counted() -> None:
    sketches = [replace(one, status="unset") if one.id in ("p1", "bnk") else one for one in shop_sketches()]
    failing = [replace(one, status="error") if one.id == "q2" else one for one in sketches]
    assert sentence(build_trace(sketches)) == "This request took 1.24 s; 985 ms of it was payment → bank."
    assert sentence(build_trace(failing)).endswith("payment → bank; 1 span failed.")


def test_a_failed_root_fails_the_request() -> None:
    sketches = [replace(one, status="error" if one.id == "web" else "unset") for one in shop_sketches()]
    assert sentence(build_trace(sketches)).startswith("This request failed after 1.24 s; ")


def test_time_between_two_services_is_blamed_on_neither() -> None:
    trace = build_trace(
        [
            Sketch("a", "", "web", "GET /", "server", 0, 100),
            Sketch("b", "a", "web", "GET", "client", 0, 100),
            Sketch("c", "b", "api", "GET /", "server", 45, 10),
        ]
    )
    expected = (
        "This request took 100 ms; 100 ms of it was web → api (90.0 ms between the two, not in either)."
    )
    assert sentence(trace) == expected


def test_many_equal_calls_are_named_together() -> None:
    assert "2.00 s of it was 5,000 calls stock → external" in sentence(wide_trace(5_000))


def test_own_work_is_named_when_no_call_leads() -> None:
    one = build_trace([Sketch("a", "", "batch", "run", "internal", 0, 12)])
    assert sentence(one) == "This request took 12.0 ms, all of it in batch."
    two = build_trace(
        [
            Sketch("a", "", "web", "GET /", "server", 0, 100),
            Sketch("b", "a", "web", "GET", "client", 10, 20),
            Sketch("c", "b", "api", "GET /", "server", 12, 16),
        ]
    )
    assert sentence(two) == "This request took 100 ms; 84.0 ms of it was web's own work."


@pytest.mark.parametrize("spans", [0])
def test_an_empty_trace_says_so(spans: int) -> None:
    assert trace_sentence(Trace("", "", 0, spans, 0, [], [], []), build_tree([])).startswith("No span")


def test_what_a_call_left_behind_is_not_said_to_be_the_call() -> None:
    trace = build_trace(
        [
            Sketch("a", "", "web", "GET /", "server", 0, 100),
            Sketch("b", "a", "web", "GET", "client", 10, 80),
            Sketch("c", "b", "api", "GET /", "server", 20, 60),
            Sketch("d", "c", "api", "send mails", "internal", 70, 930),
        ]
    )
    assert "web → api" not in sentence(trace)
    assert sentence(trace).endswith("api's own work.")
