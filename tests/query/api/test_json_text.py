from __future__ import annotations

import orjson
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from query.api.json_text import dumped, inside_quotes, milliseconds


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=20))
def test_texts_are_escaped_as_orjson_does(texts: list[str]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    found = inside_quotes(column)
    assert [f'"{text}"' for text in found] == [orjson.dumps(text).decode() for text in texts]
    assert column.to_list() == texts


@given(st.lists(st.integers(-(2**65), 2**65) | st.integers(0, 2**53 - 1), max_size=20))
def test_times_are_the_nearest_doubles(times_ns: list[int]) -> None:
    assert milliseconds(times_ns).to_list() == [orjson.dumps(one / 1_000_000).decode() for one in times_ns]


def test_a_quotient_is_rounded_once() -> None:
    assert milliseconds([12_413_045]).to_list() == ["12.413045"]


def test_anything_else_is_orjsons() -> None:
    assert dumped([{"a": [None]}, []]).to_list() == ['{"a":[null]}', "[]"]
