from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from query.model.span_list import SpanList, TreeColumns, span_list
from query.traces.assembly import trace_of
from query.traces.rebuilt import rebuild
from tests.query.traces.frames import frame_of

MOMENT = datetime(2026, 11, 22, 16, 50, tzinfo=UTC)
NOW_NS = int(MOMENT.timestamp()) * 10**9 + 10**12


def rows(count: int) -> list[dict[str, Any]]:
    """Spans of three services, some with events, links, errors or a parent that is not there."""
    return [
        {
            "SpanId": f"{number:016x}",
            # Not in the order of the tree, so that places and positions differ.
            "ParentSpanId": "" if number == 1 else "lost" if number % 41 == 0 else f"{number // 2:016x}",
            "ServiceName": f"service {number % 3}",
            "SpanName": f"operation {number % 5}",
            "SpanAttributes": {"number": str(number), "same": "text"},
            "SpanAttributeTypes": "is",
            "StatusCode": "Error" if number % 7 == 0 else "Unset",
            "StatusMessage": "declined" if number % 7 == 0 else "",
            "Duration": 1_000 * number + 7,
            "TraceState": f"n={number}",
            "Flags": number % 2,
            **_event(number),
        }
        for number in range(count, 0, -1)
    ]


def _event(number: int) -> dict[str, Any]:
    if number % 11:
        return {}
    return {
        "Events.Timestamp": [MOMENT, MOMENT],
        "Events.Name": ["retry", f"event {number}"],
        "Events.Attributes": [{"attempt": "2"}, {}],
        "EventAttributeTypes": ["i", ""],
    }


def spans_of(count: int) -> SpanList:
    rebuilt = rebuild("ab" * 16, frame_of(rows(count)), NOW_NS)
    assert rebuilt is not None
    spans = trace_of(rebuilt).spans
    assert isinstance(spans, SpanList)
    return spans


# Below and above where attribute maps are taken apart by shape.
@pytest.mark.parametrize("count", [1, 90, 450])
def test_a_span_looked_at_alone_is_the_one_among_all(count: int) -> None:
    one_by_one, whole = spans_of(count), spans_of(count).whole()
    assert len(one_by_one) == len(whole) == count
    assert [one_by_one[position] for position in range(count)] == whole
    assert one_by_one[-1] == whole[-1]
    assert one_by_one[1:3] == whole[1:3]
    assert {span.attributes["number"] for span in whole} == set(range(1, count + 1))


@pytest.mark.parametrize("count", [1, 90, 450])
def test_columns_say_what_the_objects_say(count: int) -> None:
    spans = spans_of(count)
    told, made = spans.columns, span_list(spans.whole()).columns
    for field in fields(TreeColumns):
        assert getattr(told, field.name) == getattr(made, field.name), field.name
    assert count < 11 or told.events
    assert count < 41 or told.warnings


def test_a_span_that_is_looked_at_twice_is_made_once() -> None:
    spans = spans_of(20)
    assert spans[4] is spans[4]
    assert spans.whole() is spans.whole()
    with pytest.raises(IndexError):
        spans[20]
