from __future__ import annotations

from collections.abc import Sequence
from random import Random

import hypothesis.strategies as st
from hypothesis import given, settings

from query.links.linker import find_hops
from query.links.span import LinkSpan
from query.model.trace import Scope, SpanLink
from query.traces.calls import Call, find_calls
from query.traces.columns import SpanColumns
from query.traces.said import said_by
from query.traces.tree import build_forest
from tests.query.links.forests import START_NS
from tests.query.links.forests import Forest as Grown
from tests.query.traces.sketched import span_columns


def columns(spans: Sequence[LinkSpan]) -> SpanColumns:
    return span_columns(
        span_ids=[span.span_id for span in spans],
        parent_ids=[span.parent_span_id for span in spans],
        services=[span.service for span in spans],
        names=[span.name for span in spans],
        kinds=[span.kind for span in spans],
        start_ns=[span.start_ns for span in spans],
        end_ns=[span.end_ns for span in spans],
        said=[said_by(span.kind, span.attributes) for span in spans],
        statuses=["error" if span.error else "unset" for span in spans],
        received_ns=[span.received_ns for span in spans],
        links=[[SpanLink(*link, attributes={}) for link in span.span_links] for span in spans],
        resources=[dict(span.resource) for span in spans],  # type: ignore[arg-type]  # values are JSON's
        scopes=[Scope(span.scope_name, "") for span in spans],
    )


def expected(spans: Sequence[LinkSpan], now_ns: int) -> list[Call]:
    """What the linker says of the same spans."""
    place = {span.span_id: index for index, span in enumerate(spans)}
    return [
        Call(
            *(hop.start_ns, hop.caller, hop.callee, hop.kind, hop.operation),
            place[hop.client.span_id] if hop.client else None,
            place[hop.server.span_id] if hop.server else None,
            *(hop.gap_ns, hop.error),
        )
        for hop in find_hops(spans, now_ns=now_ns)
    ]


def found(spans: Sequence[LinkSpan], now_ns: int) -> list[Call]:
    seen = columns(spans)
    forest = build_forest(seen.span_ids, seen.parent_ids, seen.start_ns)
    assert not forest.cut
    return find_calls(spans[0].trace_id, seen, forest, now_ns=now_ns)


@given(st.randoms(use_true_random=False), st.integers(1, 30), st.integers(-1, 20_000_000_000))
@settings(max_examples=80)
def test_one_trace_has_the_calls_that_the_linker_finds(random: Random, most: int, ago_ns: int) -> None:
    spans = Grown(random).grow(traces=1, most_spans=most)
    random.shuffle(spans)
    now_ns = START_NS + ago_ns
    assert found(spans, now_ns) == expected(spans, now_ns)


def test_a_large_trace_agrees_too() -> None:
    spans = Grown(Random(3)).grow(traces=1, most_spans=3_000)
    calls = found(spans, START_NS)
    assert calls == expected(spans, START_NS)
    assert {call.kind for call in calls} == {"http", "rpc", "messaging", "database", "external", "internal"}
    assert any(call.caller == "user" for call in calls)
