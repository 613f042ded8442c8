"""The calls between services inside one trace, with what one trace can say beyond a link's figures.

Which spans make a hop is decided by `query.traces.calls` (rules H1–H8 of docs/links.md). Added here: the
request and response halves of the gap, after skew correction, and the hop's share of the critical path.
Column by column, for a trace of 100,000 spans has as many hops. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from query.model.link import LinkKind
from query.model.trace import Hop
from query.traces.calls import Call, find_calls
from query.traces.columns import SpanColumns
from query.traces.tree import Forest

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class HopColumns:
    """Hops as `query.model.trace.Hop` describes them, field by field in its order."""

    callers: list[str]
    callees: list[str]
    kinds: list[LinkKind]
    client_span_ids: list[str | None]
    server_span_ids: list[str | None]
    client_ms: list[float | None]
    server_ms: list[float | None]
    gap_ms: list[float | None]
    request_gap_ms: list[float | None]
    response_gap_ms: list[float | None]
    critical_ms: list[float]
    errors: list[bool]

    def hops(self) -> list[Hop]:
        """The hops as objects."""
        return list(
            map(
                Hop,
                *(self.callers, self.callees, self.kinds, self.client_span_ids, self.server_span_ids),
                *(self.client_ms, self.server_ms, self.gap_ms, self.request_gap_ms, self.response_gap_ms),
                *(self.critical_ms, self.errors),
            )
        )


def hops_of_trace(
    trace_id: str,
    spans: SpanColumns,
    forest: Forest,
    shifts_ns: Sequence[int],
    critical_ns: Sequence[int],
    now_ns: int,
) -> HopColumns:
    """The hops of one trace, by the start of the side that was observed first.

    Args:
        trace_id: The trace's id.
        spans: Its spans.
        forest: Its trees: parent links that closed a circle are cut there.
        shifts_ns: Clock shift of each span.
        critical_ns: Critical time of each span.
        now_ns: The current time: a callee that may still arrive is not shown as an external system.
    """
    calls = find_calls(trace_id, spans, forest, now_ns=now_ns)
    starts_ns = [start + shift for start, shift in zip(spans.start_ns, shifts_ns, strict=True)]
    ids: list[str | None] = [*spans.span_ids, None]
    lasted_ms: list[float | None] = [
        *((end - start) / NS_PER_MS for start, end in zip(spans.start_ns, spans.end_ns, strict=True)),
        None,
    ]
    on_path_ns = [*critical_ns, 0]
    # A side that was not observed is found in the last place.
    clients = [-1 if call.client is None else call.client for call in calls]
    servers = [-1 if call.server is None else call.server for call in calls]
    gaps_ns = [call.gap_ns for call in calls]
    requests_ns = [_request_part(call, starts_ns) for call in calls]
    return HopColumns(
        callers=[call.caller for call in calls],
        callees=[call.callee for call in calls],
        kinds=[call.kind for call in calls],
        client_span_ids=[ids[place] for place in clients],
        server_span_ids=[ids[place] for place in servers],
        client_ms=[lasted_ms[place] for place in clients],
        server_ms=[lasted_ms[place] for place in servers],
        gap_ms=[None if gap is None else gap / NS_PER_MS for gap in gaps_ns],
        request_gap_ms=[None if part is None else part / NS_PER_MS for part in requests_ns],
        response_gap_ms=[
            None if gap is None or part is None else (gap - part) / NS_PER_MS
            for gap, part in zip(gaps_ns, requests_ns, strict=True)
        ],
        critical_ms=[
            (on_path_ns[client] + on_path_ns[server]) / NS_PER_MS
            for client, server in zip(clients, servers, strict=True)
        ],
        errors=[call.error for call in calls],
    )


def _request_part(call: Call, starts_ns: Sequence[int]) -> int | None:
    """What of the gap lies before the callee started; the rest is the response's. A message has none."""
    client, server, gap_ns = call.client, call.server, call.gap_ns
    if gap_ns is None or client is None or server is None or call.kind == "messaging":
        return gap_ns
    started_after = starts_ns[server] - starts_ns[client]
    return min(max(started_after, 0), gap_ns)
