"""Reads the narrow table of spans that dependency links are found in.

Knows slices (ten seconds of span start, named by their first Unix second) and nothing of what a hop is:
`query.links` joins what comes from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import polars as pl

from storage.client import Database, Parameter

SLICE_SECONDS = 10
_LAST_TRACE = 2**128 - 1


class HopSpans:
    """Reader of `link_spans`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def occupied(self, first_slice: int, end_slice: int) -> dict[int, int]:
        """Slices in `[first_slice, end_slice)` that hold spans, with how many (copies included)."""
        rows = self._database.rows(
            "link_slices_between", {"first_slice": max(first_slice, 0), "end_slice": max(end_slice, 0)}
        )
        return {int(start): int(spans) for start, spans in rows}

    def of_slices(self, slices: Sequence[int], most_spans: int | None = None) -> Iterator[pl.DataFrame]:
        """The spans of these slices and every span elsewhere that can be joined with one of them.

        Columns are those of `link_spans_of_slices.sql`; a span comes once in a portion.

        Args:
            slices: Their first Unix seconds.
            most_spans: In portions of about so many of the slices' spans, each with some of their traces
                whole; in one without. `Mine` are the spans that lie in the slices and belong to the portion;
                others may come in several.
        """
        near = [int(start) for (start,) in self._database.rows("link_near_slices", {"slices": list(slices)})]
        where: dict[str, Parameter] = {"slices": list(slices), "near_slices": near}
        ((spans, with_links),) = self._database.rows("link_near_spans", where)
        parts = 1 if most_spans is None else math.ceil(int(spans) / most_spans)
        sample: list[int] = []
        if parts > 1:
            rows = self._database.rows("link_some_traces", {"slices": list(slices)})
            sample = [int(trace_id, 16) for (trace_id,) in rows]
        for first, last in trace_ranges(sample, parts):
            traces = {"first_trace": f"{first:032x}", "last_trace": f"{last:032x}"}
            yield self._database.frame(
                "link_spans_of_slices", {**where, **traces, "with_links": int(with_links)}
            )

    def of_traces(self, trace_keys: Sequence[int]) -> pl.DataFrame:
        """The spans of these traces (cityHash64 of their ids), and spans whose span links name them.

        Columns are those of `link_joined_traces.sql`: as `of_slices`, `TraceKey` and `LinkedTraces`; a span
        comes once.
        """
        return self._database.frame("link_joined_traces", {"trace_keys": list(trace_keys)})


def trace_ranges(sample: Sequence[int], parts: int) -> list[tuple[int, int]]:
    """First and last trace id of ranges that hold all there can be, each once.

    Args:
        sample: Trace ids, in order: about as many of them lie in each range.
        parts: So many ranges, or fewer where one id is a large share of the sample.
    """
    starts = sorted({0, *(sample[len(sample) * part // parts] for part in range(1, parts) if sample)})
    ends = [*(start - 1 for start in starts[1:]), _LAST_TRACE]
    return list(zip(starts, ends, strict=True))
