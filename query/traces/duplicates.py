"""One span per span id: the store may hold a span twice, and senders may use an id twice. Pure."""

from __future__ import annotations

import polars as pl

_ARRIVAL = "ReceivedAt"


def without_duplicates(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Keeps one row per SpanId, whatever the order of the rows.

    Copies (the same content) are one span. Of rows that share an id but differ in content the longest is
    kept, then the earliest, then the smallest by content: every reader sees the same one.

    Args:
        frame: Answer of `storage.traces.TraceStore.spans`.

    Returns:
        The frame, and for each id that came with different contents how many other contents were left out.
    """
    repeated = frame["SpanId"].is_duplicated()
    if not repeated.any():
        return frame, {}
    numbered = frame.with_row_index("Row")
    contents = [column for column in frame.columns if column != _ARRIVAL]
    kept: dict[str, tuple[tuple[int, int, str], int]] = {}
    seen: dict[str, set[str]] = {}
    for row in numbered.filter(repeated).iter_rows(named=True):
        content = repr([row[column] for column in contents])
        rank = (-row["Duration"], row["Timestamp"], content)
        span_id = row["SpanId"]
        seen.setdefault(span_id, set()).add(content)
        if span_id not in kept or rank < kept[span_id][0]:
            kept[span_id] = (rank, row["Row"])
    rows = sorted(row for _, row in kept.values())
    single = numbered.filter(~repeated)["Row"].to_list()
    left_out = {span_id: len(found) - 1 for span_id, found in seen.items() if len(found) > 1}
    return frame[sorted(rows + single)], left_out
