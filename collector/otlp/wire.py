"""Writes protobuf fields. Pure; just the wire format, no messages."""

from __future__ import annotations

import struct

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_fixed64 = struct.Struct("<Q").pack
_fixed32 = struct.Struct("<I").pack
_double = struct.Struct("<d").pack
_ONE_BYTE = [bytes((value,)) for value in range(128)]


def varint(value: int) -> bytes:
    """Base-128 varint of an unsigned 64-bit number."""
    if value < 128:
        return _ONE_BYTE[value]
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_field(number: int, payload: bytes) -> bytes:
    """A string, bytes or message field."""
    return varint(number << 3 | _LENGTH) + varint(len(payload)) + payload


def varint_field(number: int, value: int) -> bytes:
    """An integer, enum or bool field; negative numbers in two's complement of 64 bits, as protobuf wants."""
    return varint(number << 3 | _VARINT) + varint(value & 0xFFFFFFFFFFFFFFFF)


def fixed64_field(number: int, value: int) -> bytes:
    """An unsigned 64-bit number in eight bytes."""
    return varint(number << 3 | _FIXED64) + _fixed64(value)


def fixed32_field(number: int, value: int) -> bytes:
    """An unsigned 32-bit number in four bytes."""
    return varint(number << 3 | _FIXED32) + _fixed32(value)


def double_field(number: int, value: float) -> bytes:
    """A 64-bit floating point number."""
    return varint(number << 3 | _FIXED64) + _double(value)
