"""Joins only the traces that spans arrived for, so that the rest of their slices need not be joined again.

A span changes hops of its own trace, of consumers whose span links name this trace, and of producers that it
names itself (they are answered now). All hops of these traces are found anew, from all spans that can be
joined with them wherever they lie: closure by trace as in `query.links.joined`, with the same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from query.links import frames
from storage.hops import HopSpans

# Traces asked for in one query: a server takes 128 KiB of one parameter, some 6,000 keys.
MOST_TRACES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class TraceHops:
    """All hops of some traces.

    Attributes:
        traces: Their ids, column `trace_id`; all known hops of these are out of date.
        slices: Those in which hops can have changed.
        hops: Columns of `query.links.frames.find_hops`, of all slices.
    """

    traces: pl.DataFrame
    slices: frozenset[int]
    hops: pl.DataFrame


def join_traces(hop_spans: HopSpans, trace_keys: Sequence[int]) -> Iterator[TraceHops]:
    """The hops of traces that spans arrived for, and of all that meet them by span link.

    Args:
        hop_spans: Where spans are.
        trace_keys: `TraceKey` of `storage.links.LinkFigureStore.arrived_traces`.

    Yields:
        Portions, each exact by itself.
    """
    for first in range(0, len(trace_keys), MOST_TRACES_AT_ONCE):
        yield _joined(hop_spans, set(trace_keys[first : first + MOST_TRACES_AT_ONCE]))


def _joined(hop_spans: HopSpans, arrived: set[int]) -> TraceHops:
    spans = hop_spans.of_traces(sorted(arrived))
    slices = frozenset(spans["Slice"].unique().to_list())
    # Spans that came along name one of these traces.
    anew = arrived | set(spans["TraceKey"].unique().to_list())
    read = arrived
    # Twice as a rule: what is named by spans read for being named is known after the second time.
    while missing := (anew | named_traces(spans.filter(_in_any("TraceKey", anew)))) - read:
        more = hop_spans.of_traces(sorted(missing))
        spans = pl.concat([spans, more]).unique("SpanKey")
        read = read | missing
    traces = spans.filter(_in_any("TraceKey", anew)).select(trace_id="TraceId").unique()
    hops = frames.find_hops(spans).join(traces, on="trace_id", how="semi")
    return TraceHops(traces, slices, hops)


def named_traces(spans: pl.DataFrame) -> set[int]:
    """Keys of the traces that span links of these spans name."""
    return set(spans.filter(pl.col("LinkedTraces").list.len() > 0)["LinkedTraces"].explode().to_list())


def _in_any(column: str, keys: set[int]) -> pl.Expr:
    return pl.col(column).is_in(pl.Series(sorted(keys), dtype=pl.UInt64).implode())
