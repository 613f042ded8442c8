"""Reads the spans of one trace. Knows the tables; leaves the tree to `query.traces`."""

from __future__ import annotations

import polars as pl

from storage.client import Database


class TraceStore:
    """Spans by trace id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spans(self, trace_id: str) -> pl.DataFrame | None:
        """All stored rows of a trace (duplicates included), one row per span, in no order.

        Two queries: planning is most of what a small trace costs, and an unknown id needs only the first.

        Args:
            trace_id: 32 lower-case hex digits.

        Returns:
            Columns named as in `sql/queries/trace_spans.sql`; None for an unknown id.

        Raises:
            QueryTooHeavy: The trace is larger than the query's limits.
            StorageError: See `storage.failure.translated`.
        """
        ranges = self._database.rows("trace_range", {"trace_id": trace_id})
        if not ranges:
            return None
        return self._database.frame(
            "trace_spans",
            {
                "trace_id": trace_id,
                # Five minutes which a time lies in began less than 300 seconds before it.
                "first_bucket": max(0, min(first for first, _ in ranges) - 299),
                "last_bucket": max(last for _, last in ranges),
            },
        )
