from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import ArrayValue, KeyValue, KeyValueList

from query.traces.otlp_value import MAX_DEPTH, MalformedValue, array_value, key_value_list
from tests.query.traces.values import as_json, values
from tests.storage.requests import any_value


@given(st.lists(values, max_size=5))
def test_arrays_are_read_as_the_official_classes_write_them(sent: list[Any]) -> None:
    message = ArrayValue(values=[any_value(value) for value in sent])
    assert array_value(message.SerializeToString()) == [as_json(value) for value in sent]


@given(st.dictionaries(st.text(max_size=5), values, max_size=5))
def test_maps_are_read_as_the_official_classes_write_them(sent: dict[str, Any]) -> None:
    message = KeyValueList(values=[KeyValue(key=key, value=any_value(sent[key])) for key in sent])
    assert key_value_list(message.SerializeToString()) == {key: as_json(sent[key]) for key in sent}


def test_the_first_of_equal_keys_wins() -> None:
    message = KeyValueList(values=[KeyValue(key="a", value=any_value(n)) for n in (1, 2)])
    assert key_value_list(message.SerializeToString()) == {"a": 1}


def test_numbers_json_cannot_say_become_text() -> None:
    message = ArrayValue(values=[any_value(number) for number in (math.nan, math.inf, -math.inf, -0.0)])
    assert array_value(message.SerializeToString()) == ["NaN", "Infinity", "-Infinity", -0.0]


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (array_value, key_value_list):
        try:
            read(content)
        except MalformedValue:
            continue


def test_endless_nesting_is_refused() -> None:
    content = b""
    for _ in range(MAX_DEPTH + 2):
        inner = b"\x2a" + _length(content) + content
        content = b"\x0a" + _length(inner) + inner
    with pytest.raises(MalformedValue, match="deeply"):
        array_value(content)


def _length(content: bytes) -> bytes:
    size, out = len(content), bytearray()
    while size > 0x7F:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*out, size])
