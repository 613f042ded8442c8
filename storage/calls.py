"""Reads single calls: which there were over a link, the spans of their traces, their attributes.

Knows tables and samples; nothing of what a hop is or what a difference means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from storage.client import Database
from storage.hops import SLICE_SECONDS
from storage.places import places

# Slices before a callee's own in which its caller is looked for, and after it for clocks that differ.
SLICES_BEFORE, SLICES_AFTER = 6, 1
_NO_SPANS: dict[str, list[str]] = {"places": [], "span_ids": []}


@dataclass(frozen=True, slots=True)
class CallSearch:
    """Which calls are wanted; times in Unix nanoseconds, durations in nanoseconds, all ranges half open.

    `callee_kinds` are those of spans that answer (as in `link_spans`); `virtual` says that caller spans which
    name the callee may be unanswered.
    """

    caller: str
    callee: str
    virtual: bool
    callee_kinds: Sequence[int]
    start_ns: int
    end_ns: int
    selected_start_ns: int
    selected_end_ns: int
    min_duration_ns: int
    max_duration_ns: int
    failing: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """How many of the calls that are found are wanted.

    Attributes:
        sampled: At most so many selected calls and so many others, in bunches chosen by chance.
        enough: Of the selected at least so many, if there are; more where the bunches of others have them.
        listed: Beside them the newest or slowest selected calls, at most so many.
        newest: Whether those are the newest.
    """

    sampled: int
    enough: int
    listed: int
    newest: bool


class CallStore:
    """Calls in `link_spans`, attributes in `otel_traces`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_link(self, search: CallSearch, slices: Sequence[int], spans: int, sample: Sample) -> pl.DataFrame:
        """A sample of the calls of a link, columns as in `link_calls.sql`.

        Args:
            search: Which calls, and which of them are selected.
            slices: Where to look.
            spans: How many spans these hold.
            sample: How many calls are wanted.
        """
        near = {
            start + SLICE_SECONDS * step
            for start in slices
            for step in range(-SLICES_BEFORE, SLICES_AFTER + 1)
        }
        return self._database.frame(
            "link_calls",
            {
                "caller": search.caller,
                "callee": search.callee,
                "virtual": int(search.virtual),
                "callee_kinds": list(search.callee_kinds),
                "start_ns": search.start_ns,
                "end_ns": search.end_ns,
                "selected_start_ns": search.selected_start_ns,
                "selected_end_ns": search.selected_end_ns,
                "min_duration_ns": search.min_duration_ns,
                "max_duration_ns": search.max_duration_ns,
                "failing": int(search.failing),
                "slices": list(slices),
                "near_slices": sorted(start for start in near if start >= 0),
                "spans": max(spans, 1),
                "sampled": sample.sampled,
                "enough": sample.enough,
                "listed": sample.listed,
                "newest": int(sample.newest),
            },
        )

    def traces(self, slices: Sequence[int], limit: int) -> tuple[list[int], int]:
        """Keys of at most `limit` traces with spans in these slices, by chance, and how many there are."""
        rows = self._database.rows("path_traces", {"slices": list(slices), "limit": limit})
        return [int(key) for key, _ in rows], int(rows[0][1]) if rows else 0

    def spans(self, trace_keys: Sequence[int]) -> pl.DataFrame:
        """All spans of some traces, columns of `query.links.frames.NO_SPANS`."""
        return self._database.frame("link_spans_of_traces", {"trace_keys": list(trace_keys)})

    def attributes(self, trace_ids: Sequence[str], span_ids: Sequence[str]) -> pl.DataFrame:
        """Names and values of the attributes of spans, columns as in `call_attributes.sql`.

        Args:
            trace_ids: Their traces, lower-case hex.
            span_ids: Their ids, lower-case hex; the same id in two of the traces brings both spans.
        """
        spans = list(span_ids)
        found = [
            self._database.frame("call_attributes", {"places": some, "span_ids": spans})
            for some in places(self._database, trace_ids)
        ]
        return pl.concat(found) if found else self._database.frame("call_attributes", _NO_SPANS)
