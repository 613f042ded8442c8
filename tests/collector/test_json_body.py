from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.json_body import read_json
from collector.refusal import Invalid


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\uDE00 first"', "\ufffd first"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\\ud83d \ud83d"', "\\ud83d \ufffd"),
        (rb'["\"\ud83dx", "\u00e9"]', ['"\ufffdx', "é"]),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
        (b"\xef\xbb\xbf{}", {}),
    ],
)
def test_text_that_is_not_unicode_is_mended(written: bytes, read: object) -> None:
    assert read_json(written) == read


@given(st.recursive(st.text() | st.integers(0, 9), lambda inner: st.lists(inner, max_size=3)))
def test_mending_changes_nothing_else(value: Any) -> None:
    cut = read_json(json.dumps([value, "\ud83d"]).encode())
    assert cut == [value, "\ufffd"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"\\', b"NaN", b'"\\ud83d', "{}".encode("utf-16")])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="not JSON"):
        read_json(body)
