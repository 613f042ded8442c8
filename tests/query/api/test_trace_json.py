from __future__ import annotations

import orjson
import pytest

from query.api.trace_json import trace_json
from query.model.trace import Attributes, Hop, Scope, Span, SpanEvent, SpanLink, Trace


def made(count: int) -> Trace:
    """A trace whose spans share some resources and scopes and not others."""
    resources: list[Attributes] = [{"service.name": "shöp"}, {}, {"n": [1, {"deep": None}], "x": 1.5}]
    scopes = [Scope("a", "1"), Scope("b", "", {"k": True})]
    spans = [
        Span(
            span_id=f"{number:016x}",
            parent_span_id="",
            service="shop",
            name='"quoted" \\ \n \u2028',
            kind="server",
            start_time_unix_nano=str(number),
            duration_ms=number / 3,
            self_ms=1e-6,
            depth=number,
            status="error",
            status_message="<b>",
            critical_ms=0.0,
            skew_ms=-0.5,
            attributes={"number": number, "none": None, "list": ["a", 1]},
            resource=resources[number % 3] if number % 5 else {"own": number},
            scope=scopes[number % 2],
            events=[SpanEvent("1", "log", {"a": "b"})] if number % 7 == 0 else [],
            links=[SpanLink("a" * 32, "b" * 16, {}, "k=v")] if number % 11 == 0 else [],
            warnings=["late"] if number % 13 == 0 else [],
            trace_state="a=b",
            flags=number,
        )
        for number in range(count)
    ]
    hops = [
        Hop("user", "shop", "http", None, f"{number:016x}", None, 1.5, None, None, None, 0.1, error=True)
        for number in range(min(count, 3))
    ]
    return Trace("a" * 32, "2026-11-22T00:00:00Z", 12.5, count, 2, spans, hops, ["one", "two"])


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_203])
def test_the_bytes_are_those_of_the_dataclasses(count: int) -> None:
    trace = made(count)
    assert trace_json(trace) == orjson.dumps(trace)
