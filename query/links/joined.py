"""Joins slices of spans into hops, a bounded number of spans at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from query.links import frames
from storage.hops import HopSpans

# Spans joined at once; beyond this slices are joined in several goes (each go is exact by itself).
MOST_SPANS_AT_ONCE = 300_000


def join(hop_spans: HopSpans, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices."""
    return hops_of(hop_spans.of_slices(slices), slices, late_after_seconds)


def hops_of(spans: pl.DataFrame, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices, of their spans and all that can be joined with them."""
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
