"""Spans of a trace in columns, as `query.traces.columns` makes them of the store's answer, from lists."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from query.model.trace import Attributes, Scope, SpanLink
from query.traces.columns import SpanColumns
from query.traces.said import Said, SaidBySpans


def span_columns(
    *,
    span_ids: Sequence[str],
    parent_ids: Sequence[str],
    services: Sequence[str],
    names: Sequence[str],
    kinds: Sequence[str],
    start_ns: Sequence[int],
    end_ns: Sequence[int],
    said: Sequence[Said],
    statuses: Sequence[str] = (),
    received_ns: Sequence[int] = (),
    links: Sequence[Sequence[SpanLink]] = (),
    resources: Sequence[Attributes] = (),
    scopes: Sequence[Scope] = (),
) -> SpanColumns:
    """One entry per span in each; what is left out says nothing. Each span has its own resource and scope."""
    size = len(span_ids)
    numbers = {one: number for number, one in enumerate(dict.fromkeys(said))}
    table = pl.DataFrame(
        {
            "span_id": span_ids,
            "parent_id": parent_ids,
            "service": services,
            "name": names,
            "kind": kinds,
            "status": statuses or ["unset"] * size,
            "start_ns": pl.Series(start_ns, dtype=pl.Int64),
            "duration_ns": pl.Series(
                [end - start for start, end in zip(start_ns, end_ns, strict=True)], dtype=pl.UInt64
            ),
            "received_ns": pl.Series(received_ns or [0] * size, dtype=pl.Int64),
            "resource": pl.Series(range(size) if resources else [0] * size, dtype=pl.UInt32),
            "scope": pl.Series(range(size) if scopes else [0] * size, dtype=pl.UInt32),
        }
    )
    return SpanColumns(
        table,
        SaidBySpans(pl.Series([numbers[one] for one in said], dtype=pl.UInt32), list(numbers)),
        [list(one) for one in links] or [[] for _ in span_ids],
        list(resources) or [{}],
        list(scopes) or [Scope("", "")],
    )
