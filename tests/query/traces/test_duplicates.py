from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from query.traces.duplicates import without_duplicates

row = st.fixed_dictionaries(
    {
        "SpanId": st.sampled_from(["a", "b", "c"]),
        "Duration": st.integers(0, 2),
        "Timestamp": st.integers(0, 1),
        "SpanName": st.sampled_from(["x", "y"]),
        "ReceivedAt": st.sampled_from([datetime(2026, 1, 1), datetime(2026, 1, 2)]),  # noqa: DTZ001 - as stored
    }
)


@given(st.lists(row, min_size=1, max_size=8), st.randoms())
def test_one_row_per_id_whatever_the_order(rows: list[dict[str, Any]], source: Any) -> None:
    kept, left_out = without_duplicates(pl.DataFrame(rows))
    contents: dict[str, set[tuple[Any, ...]]] = {}
    for one in rows:
        contents.setdefault(one["SpanId"], set()).add((one["Duration"], one["Timestamp"], one["SpanName"]))
    assert sorted(kept["SpanId"]) == sorted(contents)
    assert left_out == {span_id: len(found) - 1 for span_id, found in contents.items() if len(found) > 1}
    for one in kept.iter_rows(named=True):
        assert one["Duration"] == max(duration for duration, _, _ in contents[one["SpanId"]])
    source.shuffle(rows)
    again, _ = without_duplicates(pl.DataFrame(rows))
    shown = ["SpanId", "Duration", "Timestamp", "SpanName"]
    assert again.select(shown).sort("SpanId").equals(kept.select(shown).sort("SpanId"))
