"""That what the engine sends comes out as a frame, whatever its size and whatever bytes it calls text."""

from __future__ import annotations

import polars as pl
import pytest

from storage.arrow_stream import frame_of
from storage.client import Database

_MANY = 20_000


def answer(database: Database, sql: str, rows: int) -> pl.DataFrame:
    with database.connection() as client:
        return frame_of(client.raw_query(sql, parameters={"rows": rows}, fmt="ArrowStream"))


@pytest.mark.parametrize("rows", [0, 1, 20, _MANY])
def test_a_frame_has_all_rows_with_their_nested_columns(embedded_database: Database, rows: int) -> None:
    frame = answer(
        embedded_database,
        "SELECT number, map('key', toString(number), 'other', repeat('x', 50)) AS attributes, "
        "[map('name', 'event')] AS events FROM numbers({rows:UInt64}) SETTINGS max_block_size = 1000",
        rows,
    )
    assert frame["number"].to_list() == list(range(rows))
    assert frame.schema["attributes"] == pl.Map(pl.String, pl.String)
    assert frame["attributes"].to_list() == [{"key": str(row), "other": "x" * 50} for row in range(rows)]
    assert frame["events"].to_list() == [[{"name": "event"}]] * rows


@pytest.mark.parametrize("rows", [1, _MANY])
def test_text_that_is_no_utf_8_is_repaired(embedded_database: Database, rows: int) -> None:
    frame = answer(
        embedded_database,
        "SELECT if(number = 0, unhex('61FF62'), 'ä') AS text, repeat('x', 60) AS filling "
        "FROM numbers({rows:UInt64})",
        rows,
    )
    assert frame["text"][0] == "a\N{REPLACEMENT CHARACTER}b"
    assert set(frame["text"][1:].to_list()) <= {"ä"}
