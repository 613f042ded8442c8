"""Reads the narrow table of spans that dependency links are found in.

Knows slices (ten seconds of span start, named by their first Unix second) and nothing of what a hop is:
`query.links` joins what comes from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from storage.client import Database

SLICE_SECONDS = 10


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

    def of_slices(self, slices: Sequence[int], parts: int = 1) -> Iterator[pl.DataFrame]:
        """The spans of these slices and every span elsewhere that can be joined with one of them.

        Columns are those of `link_spans_of_slices.sql`; a span comes once in a portion.

        Args:
            slices: Their first Unix seconds.
            parts: So many portions the traces of these slices are dealt out to. `Mine` are the spans that lie
                in the slices and belong to the portion; others may come in several.
        """
        near = [int(start) for (start,) in self._database.rows("link_near_slices", {"slices": list(slices)})]
        for part in range(parts):
            yield self._database.frame(
                "link_spans_of_slices",
                {"slices": list(slices), "near_slices": near, "part": part, "parts": parts},
            )

    def of_traces(self, trace_keys: Sequence[int]) -> pl.DataFrame:
        """The spans of these traces (cityHash64 of their ids), and spans whose span links name them.

        Columns are those of `link_joined_traces.sql`: as `of_slices`, `TraceKey` and `LinkedTraces`; a span
        comes once.
        """
        return self._database.frame("link_joined_traces", {"trace_keys": list(trace_keys)})
