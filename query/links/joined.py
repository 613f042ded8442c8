"""Joins slices of spans into hops, a bounded number of spans at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import polars as pl

from query.links import frames
from query.links.trace_hops import MOST_TRACES_AT_ONCE, named_traces
from storage.hops import HopSpans

# Spans joined at once; beyond this slices are joined in several goes (each go is exact by itself).
MOST_SPANS_AT_ONCE = 300_000
# Slices of more spans are joined in parts, some traces in each: ten seconds of a full collector are half a
# million spans, and joining them at once was the peak of the whole process.
MOST_SPANS_OF_A_PART = 75_000


def join(hop_spans: HopSpans, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices."""
    return pl.concat(hops for _, hops in join_parts(hop_spans, slices, late_after_seconds))


def join_parts(
    hop_spans: HopSpans, slices: list[int], late_after_seconds: int | None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The spans of these slices and the hops that start there, in portions of whole traces.

    A hop starts with a span of the trace that it belongs to, and everything that can be joined with a trace
    is read with it, so that each portion is exact by itself (as in `query.links.trace_hops`).
    """
    for read in hop_spans.of_slices(slices, MOST_SPANS_OF_A_PART):
        spans = _with_what_is_named(hop_spans, read)
        hops = frames.find_hops(spans, late_after_seconds=late_after_seconds)
        hops = hops.filter(pl.col("slice").is_in(slices))
        mine = spans.filter("Mine")
        if spans.select((pl.col("Slice").is_in(slices) & ~pl.col("Mine")).any()).item():
            # Hops of other portions' traces, not all of whose spans are here.
            hops = hops.join(mine.select(trace_id="TraceId").unique(), on="trace_id", how="semi")
        yield mine, hops


def _with_what_is_named(hop_spans: HopSpans, spans: pl.DataFrame) -> pl.DataFrame:
    """With the traces that are named by span links of these traces, but only outside of the slices.

    A proxy's hop depends on them: what it passed on later may have had another caller.
    """
    naming = spans.filter(pl.col("LinkedTraces").list.len() > 0)
    if naming.is_empty():
        return spans
    mine = spans.filter("Mine").select("TraceId").unique()
    elsewhere = naming.filter(~pl.col("Mine")).join(mine, on="TraceId", how="semi")
    keys = sorted(named_traces(elsewhere) - named_traces(naming.filter("Mine")))
    more = [
        hop_spans.of_traces(keys[first : first + MOST_TRACES_AT_ONCE])
        .with_columns(Mine=pl.lit(value=False))
        .select(spans.columns)
        for first in range(0, len(keys), MOST_TRACES_AT_ONCE)
    ]
    return pl.concat([spans, *more]).unique("SpanKey", keep="first", maintain_order=True) if more else spans


def batches(
    slices: Iterable[int], occupied: Mapping[int, int], *, most_spans: int = MOST_SPANS_AT_ONCE
) -> list[list[int]]:
    """Slices in portions of at most `most_spans` spans (a larger one alone), in order."""
    found: list[list[int]] = []
    spans = 0
    for start in sorted(slices):
        count = occupied.get(start, 0)
        if not found or spans + count > most_spans:
            found.append([])
            spans = 0
        found[-1].append(start)
        spans += count
    return found


@cache
def join_nothing() -> pl.DataFrame:
    """A frame of hops without rows."""
    return frames.find_hops(frames.NO_SPANS)
