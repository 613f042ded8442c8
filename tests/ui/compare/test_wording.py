from __future__ import annotations

from dataclasses import replace

from query.model.trace import Trace
from tests.ui.trace.shop import Sketch, build_trace, shop_trace
from ui.compare.matching import compare_traces
from ui.compare.wording import comparison_sentence


def sentence(a: Trace, b: Trace) -> str:
    return comparison_sentence(a, b, compare_traces(a, b))


def one(duration: float, *more: Sketch) -> Trace:
    return build_trace([Sketch("a", "", "web", "GET /", "server", 0, duration), *more])


def test_the_path_that_explains_the_difference_is_named() -> None:
    query = Sketch("q", "a", "web", "SELECT", "client", 1, 5)
    assert sentence(one(10, query), one(100, replace(query, duration=90))) == (
        "B took 100 ms, 90.0 ms longer than A; web SELECT did 85.0 ms more work of its own."
    )
    assert sentence(one(100, replace(query, duration=90)), one(10, query)) == (
        "B took 10.0 ms, 90.0 ms less than A; web SELECT did 85.0 ms less work of its own."
    )


def test_equal_traces_are_equal() -> None:
    assert sentence(shop_trace(), shop_trace()) == "Both took 1.24 s and have the same shape."


def test_structure_and_errors_are_counted() -> None:
    extra = Sketch("x", "a", "web", "cache", "client", 1, 0.2, "error")
    assert sentence(one(10), one(10, extra)) == (
        "Both took 10.0 ms; 1 path is only in B; errors went from 0 to 1."
    )
