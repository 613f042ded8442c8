from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from query.traces.numbering import numbered

KEYS = st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 2)), max_size=40)


@given(KEYS, st.sampled_from([1, 40]))
def test_equal_rows_have_one_number_and_the_first_stands_for_them(
    few: list[tuple[str, int]], times: int
) -> None:
    keys = few * times
    numbers, rows = numbered(pl.DataFrame(keys, schema={"text": pl.String, "number": pl.Int64}, orient="row"))
    distinct = list(dict.fromkeys(keys))
    assert [keys[row] for row in rows.to_list()] == distinct
    assert [distinct[number] for number in numbers.to_list()] == keys
    assert rows.to_list() == [keys.index(key) for key in distinct]
