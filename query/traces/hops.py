"""The calls between services inside one trace, with what one trace can say beyond a link's figures.

Which spans make a hop is decided by `query.traces.calls` (rules H1–H8 of docs/links.md). Added here:
the request and response halves of the gap, after skew correction, and the hop's share of the critical path.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from query.model.link import LinkKind
from query.model.trace import Hop
from query.traces.calls import Call, find_calls
from query.traces.columns import SpanColumns
from query.traces.tree import Forest

NS_PER_MS = 1_000_000


def hops_of_trace(
    trace_id: str,
    spans: SpanColumns,
    forest: Forest,
    shifts_ns: Sequence[int],
    critical_ns: Sequence[int],
    now_ns: int,
) -> list[Hop]:
    """The hops of one trace, by the start of the side that was observed first.

    Args:
        trace_id: The trace's id.
        spans: Its spans.
        forest: Its trees: parent links that closed a circle are cut there.
        shifts_ns: Clock shift of each span.
        critical_ns: Critical time of each span.
        now_ns: The current time: a callee that may still arrive is not shown as an external system.
    """
    return [
        _hop(call, spans, shifts_ns, critical_ns)
        for call in find_calls(trace_id, spans, forest, now_ns=now_ns)
    ]


def _hop(call: Call, spans: SpanColumns, shifts_ns: Sequence[int], critical_ns: Sequence[int]) -> Hop:
    client_id = client_ms = server_id = server_ms = gap_ms = request_ms = response_ms = None
    on_path_ns = 0
    client, server, gap_ns = call.client, call.server, call.gap_ns
    if client is not None:
        client_id = spans.span_ids[client]
        client_ms = (spans.end_ns[client] - spans.start_ns[client]) / NS_PER_MS
        on_path_ns += critical_ns[client]
    if server is not None:
        server_id = spans.span_ids[server]
        server_ms = (spans.end_ns[server] - spans.start_ns[server]) / NS_PER_MS
        on_path_ns += critical_ns[server]
    if client is not None and server is not None and gap_ns is not None:
        request_ns = _request_part(call.kind, gap_ns, client, server, spans, shifts_ns)
        gap_ms = gap_ns / NS_PER_MS
        request_ms, response_ms = request_ns / NS_PER_MS, (gap_ns - request_ns) / NS_PER_MS
    return Hop(
        caller=call.caller,
        callee=call.callee,
        kind=call.kind,
        client_span_id=client_id,
        server_span_id=server_id,
        client_ms=client_ms,
        server_ms=server_ms,
        gap_ms=gap_ms,
        request_gap_ms=request_ms,
        response_gap_ms=response_ms,
        critical_ms=on_path_ns / NS_PER_MS,
        error=call.error,
    )


def _request_part(
    kind: LinkKind, gap_ns: int, client: int, server: int, spans: SpanColumns, shifts_ns: Sequence[int]
) -> int:
    """What of the gap lies before the callee started; the rest is the response's. A message has none."""
    if kind == "messaging":
        return gap_ns
    started_after = (spans.start_ns[server] + shifts_ns[server]) - (
        spans.start_ns[client] + shifts_ns[client]
    )
    return min(max(started_after, 0), gap_ns)
