from __future__ import annotations

from typing import Any

from query.traces.rebuilt import rebuild
from tests.query.traces.frames import frame_of


def test_each_finding_is_told_at_the_span_and_once_for_the_trace() -> None:
    spans: list[dict[str, Any]] = [
        {"SpanId": "a", "ParentSpanId": "gone"},
        {"SpanId": "b", "ParentSpanId": "b"},
        {"SpanId": "c", "ParentSpanId": "a", "Duration": 5},
        {"SpanId": "c", "ParentSpanId": "a", "Duration": 7},
    ]
    rebuilt = rebuild("ab" * 16, frame_of(spans), 0)
    assert rebuilt is not None
    by_id = {rebuilt.spans.span_ids[place]: told for place, told in rebuilt.span_warnings.items()}
    assert by_id == {
        "a": ["its parent gone has not arrived; shown as a root"],
        "b": ["it names itself as its parent; shown as a root"],
        "c": ["1 other span came with the same id and different content; the longest is shown"],
    }
    assert rebuilt.warnings == [
        "1 span names a parent that has not arrived",
        "1 circle of parents cut",
        "1 span id came with different contents",
    ]


def test_a_trace_that_is_whole_says_nothing() -> None:
    rebuilt = rebuild("ab" * 16, frame_of([{"SpanId": "a"}, {"SpanId": "b", "ParentSpanId": "a"}]), 0)
    assert rebuilt is not None
    assert (rebuilt.span_warnings, rebuilt.warnings) == ({}, [])


def test_a_start_that_cannot_be_is_told() -> None:
    latest = 4_294_967_295 * 1_000_000_000
    spans: list[dict[str, Any]] = [
        {"SpanId": "a", "Timestamp": latest - 1},
        {"SpanId": "b", "Timestamp": latest},
        {"SpanId": "c", "Timestamp": 0},
    ]
    rebuilt = rebuild("ab" * 16, frame_of(spans), 0)
    assert rebuilt is not None
    by_id = {rebuilt.spans.span_ids[place]: told for place, told in rebuilt.span_warnings.items()}
    assert by_id["b"] == ["its start is later than can be stored; shown as 2106-02-07 06:28:15 UTC"]
    assert by_id["c"] == ["it came without a start time; shown as 1970-01-01 00:00:00 UTC"]
    assert "a" not in by_id
    assert rebuilt.warnings[0] == "2 spans with a start time that cannot be"
