"""Joins slices of spans into hops, a bounded number of spans at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from query.links import frames
from query.links.trace_hops import MOST_TRACES_AT_ONCE
from storage.hops import HopSpans

# Spans joined at once; beyond this slices are joined in several goes (each go is exact by itself).
MOST_SPANS_AT_ONCE = 300_000


def join(hop_spans: HopSpans, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices."""
    return hops_of(spans_of(hop_spans, slices), slices, late_after_seconds)


def spans_of(hop_spans: HopSpans, slices: list[int]) -> pl.DataFrame:
    """The spans of these slices and every other that the hops which start there depend on."""
    spans = hop_spans.of_slices(slices)
    missing = _named_elsewhere(spans, slices)
    if not missing:
        return spans
    keys = sorted(missing)
    more = [
        hop_spans.of_traces(keys[first : first + MOST_TRACES_AT_ONCE]).select(spans.columns)
        for first in range(0, len(keys), MOST_TRACES_AT_ONCE)
    ]
    return pl.concat([spans, *more]).unique("SpanKey")


def _named_elsewhere(spans: pl.DataFrame, slices: list[int]) -> set[int]:
    """Traces that are named by span links of these slices' traces, but only outside of the slices.

    A proxy's hop depends on them: what it passed on later may have had another caller.
    """
    naming = spans.filter(pl.col("LinkedTraces").list.len() > 0)
    if naming.is_empty():
        return set()
    inside = pl.col("Slice").is_in(slices)
    here = spans.filter(inside).select("TraceId").unique()
    elsewhere = naming.filter(~inside).join(here, on="TraceId", how="semi")
    return _named(elsewhere) - _named(naming.filter(inside))


def _named(spans: pl.DataFrame) -> set[int]:
    return set(spans["LinkedTraces"].explode().to_list())


def hops_of(spans: pl.DataFrame, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices, of what `spans_of` returns."""
    hops = frames.find_hops(spans, late_after_seconds=late_after_seconds)
    return hops.filter(pl.col("slice").is_in(slices))


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
