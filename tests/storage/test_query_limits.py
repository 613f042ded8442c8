"""That what people ask for has limits, says so when it passes one, and gives way to what is quick."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from storage import statements
from storage.calls import CallSearch, CallStore, Sample
from storage.client import Database
from storage.errors import QueryTooHeavy
from storage.search import AttributeConditions, Search, SearchStore
from storage.traces import TraceStore
from tests.query.causes.stored import SECOND, START_NS, call, store

_WINDOW: dict[str, Any] = {"start_ns": START_NS - 60 * SECOND, "end_ns": START_NS + 600 * SECOND}
_EVERYTHING = Search(**_WINDOW)
_PART = Search(**_WINDOW, span=AttributeConditions(contain=(("tier", "gold"),)))
_VALUE = Search(**_WINDOW, span=AttributeConditions(equal=(("tier", "gold"),)))
_SLICES = list(range(START_NS // SECOND, START_NS // SECOND + 600, 10))
_CALLS = CallSearch(
    caller="cart",
    callee="payment",
    virtual=False,
    callee_kinds=(2, 5),
    selected_start_ns=START_NS,
    selected_end_ns=START_NS + 600 * SECOND,
    min_duration_ns=0,
    max_duration_ns=2**63,
    failing=False,
    **_WINDOW,
)
_SAMPLE = Sample(sampled=10, enough=10, listed=10, newest=False)
_TRACES = [f"{number:032x}" for number in range(1, 100)]

# Every question whose work grows with the window or with a trace, and the query it is made of.
QUESTIONS: dict[str, Callable[[Database], object]] = {
    "find_traces": lambda stored: SearchStore(stored).find(_EVERYTHING, slowest=True, limit=20),
    "find_traces_by_spans": lambda stored: SearchStore(stored).find(_PART, slowest=True, limit=20),
    "traces_with_value": lambda stored: SearchStore(stored).with_value(_VALUE, most=500),
    "trace_summaries": lambda stored: SearchStore(stored).service_parts(_TRACES),
    "attribute_names": lambda stored: SearchStore(stored).attribute_names(
        **_WINDOW, service="", prefix="", limit=5
    ),
    "attribute_values": lambda stored: SearchStore(stored).attribute_values(
        **_WINDOW, name="tier", service="", prefix="", limit=5
    ),
    "link_calls": lambda stored: CallStore(stored).of_link(_CALLS, _SLICES, 1, _SAMPLE),
    "call_attributes": lambda stored: CallStore(stored).attributes(_TRACES, ["c" * 16]),
    "path_traces": lambda stored: CallStore(stored).traces(_SLICES, 10),
    "trace_spans": lambda stored: TraceStore(stored).spans(_TRACES[0]),
}
# The same with what they must not hold up.
SLOW = sorted(
    set(QUESTIONS) - {"trace_spans", "trace_summaries", "traces_with_value"} | {"link_spans_of_traces"}
)
QUICK = ["link_figures", "service_figures", "trace_range", "trace_spans"]


@pytest.fixture(scope="module")
def stored(embedded_engine: Any) -> Any:
    with embedded_engine.migrated_database() as database:
        spans = []
        for number in range(300):
            spans += call(number, attributes={"tier": "gold" if number % 2 else "basic"})
        store(database, spans)
        yield database


def limited(monkeypatch: pytest.MonkeyPatch, query_name: str, limit: str, value: str) -> None:
    """Gives one query another limit than its file does."""
    as_written = statements.sent

    def sent(name: str) -> str:
        text = as_written(name)
        if name != query_name:
            return text
        changed, count = re.subn(rf"{limit} = \d+", f"{limit} = {value}", text)
        assert count == 1
        return f"{changed}, max_untracked_memory = 1"

    monkeypatch.setattr(statements, "sent", sent)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [("max_execution_time", "0.000001", "time"), ("max_memory_usage", "20000", "memory")],
)
def test_a_question_that_passes_a_limit_says_which(
    stored: Database, monkeypatch: pytest.MonkeyPatch, name: str, limit: str, value: str, said: str
) -> None:
    QUESTIONS[name](stored)
    limited(monkeypatch, name, limit, value)
    with pytest.raises(QueryTooHeavy) as passed:
        QUESTIONS[name](stored)
    assert passed.value.limit == said


def test_a_trace_of_too_many_spans_says_so(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, "trace_spans", "max_result_rows", "2")
    with pytest.raises(QueryTooHeavy) as passed:
        TraceStore(stored).spans(_TRACES[0])
    assert passed.value.limit == "rows"


def test_a_common_value_is_known_before_it_is_read(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    search = SearchStore(stored)
    found = search.with_value(_VALUE, most=150)
    assert found is not None and len(found) == 150
    assert search.with_value(_VALUE, most=149) is None
    limited(monkeypatch, "traces_with_value", "max_rows_to_read", "10")
    assert search.with_value(_VALUE, most=150) is None


def priority(name: str) -> int:
    found = re.search(r"\bpriority = (\d+)", statements.sent(name))
    assert found
    return int(found[1])


def test_slow_queries_pause_while_quick_ones_run_but_not_for_long() -> None:
    assert min(map(priority, SLOW)) > max(map(priority, QUICK)) > 0
    assert all("low_priority_query_wait_time_ms = 50" in statements.sent(name) for name in SLOW)
