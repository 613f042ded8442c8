"""The calls between services inside one trace, with what one trace can say beyond a link's figures.

Which spans make a hop is decided by `query.links.linker` alone (rules H1–H9 of docs/links.md). Added here:
the request and response halves of the gap, after skew correction, and the hop's share of the critical path.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from query.links.linker import find_hops
from query.links.span import FoundHop, LinkSpan
from query.model.trace import Hop
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
    place = {span_id: index for index, span_id in enumerate(spans.span_ids)}
    hops = []
    for found in find_hops(_link_spans(trace_id, spans, set(forest.cut)), now_ns=now_ns):
        client = place[found.client.span_id] if found.client else None
        server = place[found.server.span_id] if found.server else None
        hops.append(_hop(found, client, server, spans, shifts_ns, critical_ns))
    return hops


def _link_spans(trace_id: str, spans: SpanColumns, cut: set[int]) -> list[LinkSpan]:
    return [
        LinkSpan(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id="" if index in cut else spans.parent_ids[index],
            service=spans.services[index],
            name=spans.names[index],
            kind=spans.kinds[index],
            start_ns=spans.start_ns[index],
            duration_ns=spans.end_ns[index] - spans.start_ns[index],
            error=spans.statuses[index] == "error",
            attributes=spans.attributes[index],
            resource=spans.resources[index],
            scope_name=spans.scopes[index].name,
            trace_state=spans.trace_states[index],
            span_links=tuple((link.trace_id, link.span_id) for link in spans.links[index]),
            received_ns=spans.received_ns[index],
        )
        for index, span_id in enumerate(spans.span_ids)
    ]


def _hop(
    found: FoundHop,
    client: int | None,
    server: int | None,
    spans: SpanColumns,
    shifts_ns: Sequence[int],
    critical_ns: Sequence[int],
) -> Hop:
    request_ns = response_ns = None
    if client is not None and server is not None and found.gap_ns is not None:
        request_ns, response_ns = _halves(found, client, server, spans, shifts_ns)
    return Hop(
        caller=found.caller,
        callee=found.callee,
        kind=found.kind,
        client_span_id=found.client_span_id,
        server_span_id=found.server_span_id,
        client_ms=_duration_ms(client, spans),
        server_ms=_duration_ms(server, spans),
        gap_ms=_ms(found.gap_ns),
        request_gap_ms=_ms(request_ns),
        response_gap_ms=_ms(response_ns),
        critical_ms=sum(critical_ns[side] for side in (client, server) if side is not None) / NS_PER_MS,
        error=found.error,
    )


def _halves(
    found: FoundHop, client: int, server: int, spans: SpanColumns, shifts_ns: Sequence[int]
) -> tuple[int, int]:
    """Splits the gap: what lies before the callee started, and the rest. A message has no response."""
    gap_ns = found.gap_ns or 0
    if found.kind == "messaging":
        return gap_ns, 0
    started_after = (spans.start_ns[server] + shifts_ns[server]) - (
        spans.start_ns[client] + shifts_ns[client]
    )
    request_ns = min(max(started_after, 0), gap_ns)
    return request_ns, gap_ns - request_ns


def _duration_ms(index: int | None, spans: SpanColumns) -> float | None:
    return None if index is None else (spans.end_ns[index] - spans.start_ns[index]) / NS_PER_MS


def _ms(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / NS_PER_MS
