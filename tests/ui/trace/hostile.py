"""Strings that would run, break out or break the page if any part of it printed them raw."""

from __future__ import annotations

from dataclasses import replace

from query.model.trace import Attributes, Span, SpanEvent, SpanLink, Trace
from tests.ui.trace.shop import build_trace, shop_sketches

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror=window.pwned=1>',
    "'><svg onload=window.pwned=1>",
    "</script><script>window.pwned=1</script>",
    "</title></style></textarea><script>window.pwned=1</script>",
    "javascript:window.pwned=1",
    "<a href=javascript:window.pwned=1 autofocus onfocus=window.pwned=1>x</a>",
    "{{ 7*7 }}${window.pwned=1}<% pwned %>",
    "<!--<script>window.pwned=1",
    "\u2028\u2029\u0000\u0007\u001b[31m\u202egnp.exe",
    "--l:1);background:url(//example.org/x);position:fixed;inset:0",
    "../../x?a=1&b=2#c%2F%00",
)


def hostile_trace(payload: str) -> Trace:
    """The shop's checkout with `payload` in every field that a sender chooses."""
    trace = build_trace(shop_sketches(), warnings=[payload])
    attributes: Attributes = {
        payload: payload,
        "db.query.text": payload,
        "list": [payload, {payload: payload}],
    }
    spans = [_hostile_span(span, payload, attributes) for span in trace.spans]
    hops = [replace(hop, caller=hop.caller + payload, callee=hop.callee + payload) for hop in trace.hops]
    return replace(trace, spans=spans, hops=hops)


def _hostile_span(span: Span, payload: str, attributes: Attributes) -> Span:
    at = span.start_time_unix_nano
    return replace(
        span,
        service=span.service + payload,
        name=payload + span.name,
        status="error",
        status_message=payload,
        attributes=attributes,
        resource=attributes,
        scope=replace(span.scope, name=payload, version=payload, attributes=attributes),
        events=[SpanEvent(at, payload, {**attributes, "exception.stacktrace": payload})],
        links=[SpanLink(payload, payload, attributes)],
        warnings=[payload],
        trace_state=payload,
    )
