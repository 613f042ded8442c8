from __future__ import annotations

from dataclasses import replace

import orjson

from query.model.link import Percentiles
from query.model.service import OperationFigures
from tests.ui.trace.shop import SQL, STACK, shop_trace, span_id
from ui.trace.drawer import build_drawer, span_standing
from ui.trace.view import build_view

VIEW = build_view(shop_trace())


def position(name: str) -> int:
    return VIEW.tree.position[span_id(name)]


def test_attributes_are_grouped_by_where_they_come_from() -> None:
    drawer = build_drawer(VIEW, position("c2"))
    assert [group.title for group in drawer.groups] == ["Span attributes", "Resource", "Scope"]
    shown = {row.key: row.text for group in drawer.groups for row in group.rows}
    assert shown["retry"] == "false"
    assert shown["sku.ids"] == '["a-1","b-2"]'
    assert shown["card"] == '{"brand":"visa","last4":"4242"}'
    assert shown["note"] == "null"
    assert shown["name"] == "opentelemetry.instrumentation.httpx"


def test_statements_and_stack_traces_have_their_own_form() -> None:
    statement = build_drawer(VIEW, position("q0")).groups[0].rows
    assert {row.key: row.form for row in statement}["db.query.text"] == "statement"
    assert (
        next(row.text for row in statement if row.form == "statement").splitlines()[0]
        == SQL.partition(" FROM")[0]
    )
    (event,) = build_drawer(VIEW, position("bnk")).events
    assert [row.text for row in event.rows if row.form == "stack"] == [STACK]
    assert event.offset == "+831 ms"


def test_facts_tell_the_calls_two_sides() -> None:
    facts = dict(build_drawer(VIEW, position("p1")).facts)
    assert facts["Call"] == "payment → bank: 985 ms = server 968 ms + gap 17.0 ms"
    assert facts["Gap"] == "9.00 ms on the way there, 8.00 ms back"
    assert facts["Starts"] == "210 ms into the trace"


def test_the_json_is_the_whole_span() -> None:
    drawer = build_drawer(VIEW, position("bnk"))
    assert orjson.loads(drawer.json)["events"][0]["attributes"]["exception.stacktrace"] == STACK


def test_a_span_is_compared_with_its_operation() -> None:
    span = replace(VIEW.trace.spans[0], name="GET /", kind="server", duration_ms=100)
    figures = OperationFigures("GET /", "server", 1_240, 1.0, 0, 0.0, Percentiles(20, 80, 99, 400))
    assert (
        span_standing(span, [figures])
        == "slower than 99 % of 1,240 calls in the hour around it (p99 99.0 ms)"
    )
    quick = replace(span, duration_ms=3)
    assert span_standing(quick, [figures]).startswith("among the faster half of 1,240 calls")
    assert span_standing(span, [replace(figures, kind="client")]) == ""
