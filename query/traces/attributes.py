"""Turns stored attributes back into the values that were sent.

The store keeps every value as text and beside it one letter per entry that says what it was (see the comment
in storage/sql/migrations/0001_spans.sql). Rows without letters come from another exporter: all strings.
Pure; what cannot be read as its letter says stays text, for a page must show what is there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from functools import lru_cache

import orjson

from query.model.trace import Attributes, AttributeValue
from query.traces.otlp_value import array_value, json_number, key_value_list

_ARRAY_MARK = "otlp.ArrayValue"
_MAP_MARK = "otlp.KeyValueList"
# What reading a text raises that is not what its letter says: no number, no JSON, JSON of another form.
_UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)


def decoded(keys: Sequence[str], values: list[AttributeValue], types: str) -> Attributes:
    """The attributes of one owner; of entries with the same key the first wins, as OTel says.

    Args:
        keys: Names, in stored order.
        values: The values' text, in the same order; changed in place.
        types: One letter per entry, or "" for all strings.
    """
    if len(types) == len(keys):
        for position, decode in _plan(types):
            values[position] = _decoded_value(decode, str(values[position]))
    attributes: Attributes = dict(zip(keys, values, strict=False))
    if len(attributes) != len(keys):
        attributes = {}
        for key, value in zip(keys, values, strict=False):
            attributes.setdefault(key, value)
    return attributes


def decoded_columns(
    names: Sequence[str], columns: list[list[AttributeValue]], types: str
) -> list[Attributes]:
    """`decoded` for many owners whose attributes have the same names and types.

    Args:
        names: Names, in stored order; at least one.
        columns: For each name the values' text, one per owner.
        types: One letter per name, or "" for all strings.
    """
    if len(types) == len(names):
        for position, decode in _plan(types):
            columns[position] = _decoded_column(decode, columns[position])
    by_name: dict[str, list[AttributeValue]] = {}
    for name, column in zip(names, columns, strict=True):
        by_name.setdefault(name, column)
    once = tuple(by_name)
    return [dict(zip(once, row, strict=False)) for row in zip(*by_name.values(), strict=True)]


def decoded_column(letter: str, texts: list[AttributeValue]) -> list[AttributeValue]:
    """The values of one name, whose types have this letter."""
    decode = _DECODERS.get(letter)
    return texts if decode is None else _decoded_column(decode, texts)


def _decoded_column(
    decode: Callable[[str], AttributeValue], texts: list[AttributeValue]
) -> list[AttributeValue]:
    try:
        return [decode(str(text)) for text in texts]
    except _UNREADABLE:
        return [_decoded_value(decode, str(text)) for text in texts]


def _decoded_value(decode: Callable[[str], AttributeValue], text: str) -> AttributeValue:
    try:
        return decode(text)
    except _UNREADABLE:
        return text


@lru_cache(maxsize=10_000)
def _plan(types: str) -> tuple[tuple[int, Callable[[str], AttributeValue]], ...]:
    """Which positions need decoding, and how; most spans share a few type strings."""
    return tuple((place, _DECODERS[letter]) for place, letter in enumerate(types) if letter in _DECODERS)


def _bool(text: str) -> AttributeValue:
    return text == "true"


def _double(text: str) -> AttributeValue:
    return json_number(float(text))


def _empty(text: str) -> AttributeValue:
    return None


def _array(text: str) -> AttributeValue:
    value: AttributeValue = orjson.loads(text)
    return value


def _map(text: str) -> AttributeValue:
    value: AttributeValue = json.loads(text, object_pairs_hook=_first_wins)
    return value


def _deep_array(text: str) -> AttributeValue:
    return [_deep(value) for value in orjson.loads(text)]


def _deep_map(text: str) -> AttributeValue:
    entries: dict[str, AttributeValue] = json.loads(text, object_pairs_hook=_first_wins)
    return {key: _deep(value) for key, value in entries.items()}


def _first_wins(pairs: list[tuple[str, AttributeValue]]) -> dict[str, AttributeValue]:
    entries: dict[str, AttributeValue] = {}
    for key, value in pairs:
        entries.setdefault(key, value)
    return entries


def _deep(value: AttributeValue) -> AttributeValue:
    """A value one level down; arrays and maps there are always marked bytes, never JSON."""
    if isinstance(value, dict):
        (mark, text), *_ = value.items()
        content = base64.b64decode(str(text), validate=True)
        return array_value(content) if mark == _ARRAY_MARK else key_value_list(content)
    return value


_DECODERS: dict[str, Callable[[str], AttributeValue]] = {
    "b": _bool,
    "i": int,
    "d": _double,
    "e": _empty,
    "a": _array,
    "m": _map,
    "A": _deep_array,
    "M": _deep_map,
}
