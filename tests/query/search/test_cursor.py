from __future__ import annotations

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.model.search import SearchError, TraceFilter
from query.search.cursor import Cursor, decode, encode

FILTER = TraceFilter(service="shop", attributes=(("a", "b"),))
CURSOR = Cursor(1, 2, 3, 4, "ab" * 16)
times = st.integers(0, 2**63 - 1)


@given(st.builds(Cursor, times, times, times, times, st.from_regex(r"[0-9a-f]{32}", fullmatch=True)))
def test_a_cursor_survives_the_url(cursor: Cursor) -> None:
    text = encode(cursor, FILTER, "newest")
    assert decode(text, FILTER, "newest") == cursor
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_cursor_belongs_to_one_search() -> None:
    text = encode(CURSOR, FILTER, "newest")
    for other, sort in ((TraceFilter(), "newest"), (FILTER, "slowest")):
        with pytest.raises(SearchError, match="another search"):
            decode(text, other, sort)


@given(st.text(max_size=60))
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(SearchError):
        decode(text, FILTER, "newest")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        [1, 2],
        [1, 0, -1, 2, 3, 4, "ab" * 16],
        [1, 0, 1, 2, 3, 2**64 - 1, "ab" * 16],
        [1, 0, 1, 2, 3, 4, "'; DROP TABLE"],
        [1, 0, 1, 2, 3, 4, None],
        [1, 0, 1.5, 2, 3, 4, "ab" * 16],
        [9, 0, 1, 2, 3, 4, "ab" * 16],
    ],
)
def test_damaged_fields_are_refused(fields: object) -> None:
    text = base64.urlsafe_b64encode(orjson.dumps(fields)).decode()
    with pytest.raises(SearchError):
        decode(text, FILTER, "newest")
