from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from query.links.span import LinkSpan
from query.traces.calls import LATE_NS, Call, find_calls
from query.traces.columns import SpanColumns
from query.traces.plain_calls import is_plain, plain_calls
from query.traces.tree import build_forest
from tests.query.links.forests import SIDECAR, START_NS, Forest
from tests.query.traces.test_calls import columns


def plain(random: Random, most_spans: int) -> list[LinkSpan]:
    """A trace as they grow, but for links and proxies; some parents form circles."""
    spans = [
        replace(
            span,
            span_links=(),
            scope_name="",
            resource={},
            attributes={} if span.attributes.items() & SIDECAR.items() else span.attributes,
        )
        for span in Forest(random).grow(traces=1, most_spans=most_spans)
    ]
    if random.random() < 0.3:
        spans[0] = replace(spans[0], parent_span_id=random.choice(spans).span_id)
    random.shuffle(spans)
    return spans


def by_columns(seen: SpanColumns, now_ns: int) -> list[Call]:
    forest = build_forest(seen.span_ids, seen.parent_ids, seen.start_ns)
    return [Call(*row) for row in plain_calls(seen, forest, now_ns - LATE_NS).rows()]


def by_loops(seen: SpanColumns, now_ns: int) -> list[Call]:
    forest = build_forest(seen.span_ids, seen.parent_ids, seen.start_ns)
    return find_calls("", seen, forest, now_ns=now_ns)


def agree(spans: Sequence[LinkSpan], now_ns: int) -> list[Call]:
    seen = columns(spans)
    assert is_plain(seen)
    found = by_columns(seen, now_ns)
    assert found == by_loops(seen, now_ns)
    return found


@given(st.randoms(use_true_random=False), st.integers(1, 30), st.integers(-1, 20_000_000_000))
@settings(max_examples=80)
def test_a_plain_trace_has_the_calls_that_the_loops_find(random: Random, most: int, ago_ns: int) -> None:
    agree(plain(random, most), START_NS + ago_ns)


def test_a_large_trace_agrees_too() -> None:
    calls = agree(plain(Random(3), 3_000), START_NS)
    assert {call.kind for call in calls} == {"http", "rpc", "messaging", "database", "external", "internal"}
    assert any(call.caller == "user" for call in calls)


@pytest.mark.parametrize(
    "marked", [{"attributes": SIDECAR}, {"scope_name": "envoy"}, {"span_links": (("", "a"),)}]
)
def test_a_proxy_or_a_span_link_makes_a_trace_less_plain(marked: dict[str, object]) -> None:
    spans = plain(Random(1), 10)
    changed = replace(spans[0], **marked)  # type: ignore[arg-type]  # a field of any type
    assert not is_plain(columns([changed, *spans[1:]]))
