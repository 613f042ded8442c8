"""Reads OTLP's ArrayValue and KeyValueList from their protobuf bytes.

The store keeps arrays and maps that hold further arrays or maps as these bytes, so that nothing is lost at
any depth. This is the reading half of `AnyValue` of opentelemetry/proto/common/v1/common.proto and no more;
tests hold it against the official classes. Pure.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Iterator

from query.model.trace import AttributeValue

# protobuf itself refuses messages nested deeper than 100; two messages make one level of a value.
MAX_DEPTH = 100

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_Field = tuple[int, int | bytes]


class MalformedValue(ValueError):
    """The bytes are not such a message."""


def array_value(content: bytes, depth: int = 0) -> list[AttributeValue]:
    """The values of an ArrayValue message.

    Raises:
        MalformedValue: The bytes are not one, or it is nested beyond `MAX_DEPTH`.
    """
    return [_any_value(_as_bytes(value), depth) for number, value in _fields(content) if number == 1]


def key_value_list(content: bytes, depth: int = 0) -> dict[str, AttributeValue]:
    """The entries of a KeyValueList message; the first of entries with the same key wins.

    Raises:
        MalformedValue: The bytes are not one, or it is nested beyond `MAX_DEPTH`.
    """
    entries: dict[str, AttributeValue] = {}
    for number, entry in _fields(content):
        if number == 1:
            key, value = _key_value(_as_bytes(entry), depth)
            entries.setdefault(key, value)
    return entries


def json_number(number: float) -> AttributeValue:
    """A double as JSON can say it: NaN and infinities become text, as in protobuf's JSON form."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _key_value(content: bytes, depth: int) -> tuple[str, AttributeValue]:
    key, value = "", None
    for number, field in _fields(content):
        if number == 1:
            key = _as_bytes(field).decode("utf-8", "replace")
        elif number == 2:
            value = _any_value(_as_bytes(field), depth)
    return key, value


def _any_value(content: bytes, depth: int) -> AttributeValue:
    if depth > MAX_DEPTH:
        raise MalformedValue("nested too deeply")
    value: AttributeValue = None
    for number, field in _fields(content):
        match number:
            case 1:
                value = _as_bytes(field).decode("utf-8", "replace")
            case 2:
                value = bool(_as_int(field))
            case 3:
                unsigned = _as_int(field) & 0xFFFF_FFFF_FFFF_FFFF
                value = unsigned - (1 << 64) if unsigned >> 63 else unsigned
            case 4:
                value = json_number(struct.unpack("<d", _as_int(field).to_bytes(8, "little"))[0])
            case 5:
                value = array_value(_as_bytes(field), depth + 1)
            case 6:
                value = key_value_list(_as_bytes(field), depth + 1)
            case 7:
                value = base64.b64encode(_as_bytes(field)).decode()
    return value


def _fields(content: bytes) -> Iterator[_Field]:
    """(field number, value) of a message, in the order of the wire; fixed-width values as integers."""
    position, end = 0, len(content)
    while position < end:
        tag, position = _varint(content, position)
        wire_type = tag & 7
        value: int | bytes
        if wire_type == _VARINT:
            value, position = _varint(content, position)
        elif wire_type == _BYTES:
            length, position = _varint(content, position)
            value, position = content[position : position + length], position + length
        elif wire_type in (_FIXED64, _FIXED32):
            width = 8 if wire_type == _FIXED64 else 4
            value, position = int.from_bytes(content[position : position + width], "little"), position + width
        else:
            raise MalformedValue(f"wire type {wire_type}")
        if position > end:
            raise MalformedValue("cut short")
        yield tag >> 3, value


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(content):
            raise MalformedValue("cut short")
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise MalformedValue("a number longer than ten bytes")


def _as_bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise MalformedValue("a number where a message or text should be")
    return value


def _as_int(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise MalformedValue("bytes where a number should be")
    return value
