from __future__ import annotations

import pytest

from query.traces.trace_id import TraceIdError, parse_trace_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5B8AA5A2D2C872E8321CF37308D69DF2", "5b8aa5a2d2c872e8321cf37308d69df2"),
        ("abc", "00000000000000000000000000000abc"),
    ],
)
def test_ids_are_normal(text: str, expected: str) -> None:
    assert parse_trace_id(text) == expected


@pytest.mark.parametrize("text", ["", "xyz", "0" * 32, "a" * 33, "ab'; DROP", "٣", "ab\n", "-1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(TraceIdError):
        parse_trace_id(text)
