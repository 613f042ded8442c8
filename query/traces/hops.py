"""The calls between services inside one trace, with what one trace can say beyond a link's figures.

Which spans make a hop is decided by `query.traces.calls` (rules H1–H8 of docs/links.md). Added here: the
request and response halves of the gap, after skew correction, and the hop's share of the critical path.
Column by column, for a trace of 100,000 spans has as many hops. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import polars as pl

from query.model.link import LinkKind
from query.model.trace import Hop
from query.traces.calls import LATE_NS, Call, find_calls
from query.traces.columns import SpanColumns
from query.traces.durations import NS_PER_MS, has_short_times, in_ms
from query.traces.plain_calls import is_plain, plain_calls
from query.traces.tree import Forest

T = TypeVar("T")

# Below this, loops cost less than columns.
FEW = 300


# One entry per hop.
Column = list[T] | pl.Series


@dataclass(frozen=True, slots=True)
class HopColumns:
    """Hops as `query.model.trace.Hop` describes them, field by field in its order."""

    callers: Column[str]
    callees: Column[str]
    kinds: Column[LinkKind]
    client_span_ids: Column[str | None]
    server_span_ids: Column[str | None]
    client_ms: Column[float | None]
    server_ms: Column[float | None]
    gap_ms: Column[float | None]
    request_gap_ms: Column[float | None]
    response_gap_ms: Column[float | None]
    critical_ms: Column[float]
    errors: Column[bool]

    def hops(self) -> list[Hop]:
        """The hops as objects."""
        columns = (getattr(self, field.name) for field in fields(self))
        return list(map(Hop, *(one.to_list() if isinstance(one, pl.Series) else one for one in columns)))


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
    if len(critical_ns) >= FEW and has_short_times(spans) and is_plain(spans):
        calls = plain_calls(spans, forest, late_after_ns=now_ns - LATE_NS)
        return _of_plain_calls(calls, spans, shifts_ns, critical_ns)
    return _of_calls(find_calls(trace_id, spans, forest, now_ns=now_ns), spans, shifts_ns, critical_ns)


def _of_plain_calls(
    calls: pl.DataFrame, spans: SpanColumns, shifts_ns: Sequence[int], critical_ns: Sequence[int]
) -> HopColumns:
    clients, servers = calls["client"], calls["server"]
    ids, lasted_ms = spans.table["span_id"], in_ms(spans.table["duration_ns"])
    on_path_ns = pl.Series(critical_ns, dtype=pl.Int64)
    starts_ns = spans.table["start_ns"] + pl.Series(shifts_ns, dtype=pl.Int64)
    gap = calls["gap_ns"]
    started_after = (starts_ns.gather(servers) - starts_ns.gather(clients)).clip(lower_bound=0)
    halves = pl.DataFrame([gap, calls["kind"], started_after.alias("started_after")]).select(
        pl.when(pl.col("kind") == "messaging")
        .then("gap_ns")
        .when(pl.col("gap_ns").is_not_null())
        .then(pl.min_horizontal("started_after", "gap_ns"))
        .alias("request")
    )
    request = halves["request"]
    return HopColumns(
        callers=calls["caller"],
        callees=calls["callee"],
        kinds=calls["kind"],
        client_span_ids=ids.gather(clients),
        server_span_ids=ids.gather(servers),
        client_ms=lasted_ms.gather(clients),
        server_ms=lasted_ms.gather(servers),
        gap_ms=in_ms(gap),
        request_gap_ms=in_ms(request),
        response_gap_ms=in_ms(gap - request),
        critical_ms=in_ms(on_path_ns.gather(clients).fill_null(0) + on_path_ns.gather(servers).fill_null(0)),
        errors=calls["error"],
    )


def _of_calls(
    calls: Sequence[Call], spans: SpanColumns, shifts_ns: Sequence[int], critical_ns: Sequence[int]
) -> HopColumns:
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
