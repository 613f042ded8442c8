from __future__ import annotations

from random import Random

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from query.traces.attribute_columns import attributes_of
from query.traces.attributes import decoded

Stored = tuple[list[str], list[str], str]


def columns(stored: list[Stored]) -> tuple[pl.Series, pl.Series]:
    """Columns of maps and types as the store answers with."""
    pairs = [list(zip(names, texts, strict=True)) for names, texts, _ in stored]
    maps = pl.from_arrow(pa.array(pairs, pa.map_(pa.string(), pa.string())))
    assert isinstance(maps, pl.Series)
    return maps, pl.Series([types for _, _, types in stored], dtype=pl.String)


@st.composite
def shapes(draw: st.DrawFn) -> Stored:
    names = draw(st.lists(st.sampled_from(["a", "b", "a\0b", "", "c"]), max_size=4))
    texts = [draw(st.sampled_from(["1", "x", "", "true", "[1]", '{"k":1}'])) for _ in names]
    letters = draw(
        st.sampled_from(["", "s" * len(names), "".join("ibdeam"[place] for place in range(len(names)))])
    )
    return names, texts, letters


@settings(max_examples=40)
@given(st.lists(shapes(), min_size=1, max_size=6), st.integers(1, 400), st.randoms(use_true_random=False))
def test_columns_decode_as_each_map_does(few: list[Stored], times: int, random: Random) -> None:
    stored = few * times
    random.shuffle(stored)
    expected = [decoded(names, list(texts), types) for names, texts, types in stored]
    found = attributes_of(*columns(stored))
    assert found == expected
    assert [list(one) for one in found] == [list(one) for one in expected]


def test_a_text_that_cannot_be_read_does_not_change_its_neighbours() -> None:
    stored: list[Stored] = [(["n"], [text], "i") for text in ["7", "many", "8"] * 100]
    assert attributes_of(*columns(stored)) == [{"n": 7}, {"n": "many"}, {"n": 8}] * 100


def test_no_maps_are_no_attributes() -> None:
    assert attributes_of(*columns([])) == []
    assert attributes_of(*columns([([], [], "")] * 300)) == [{}] * 300
