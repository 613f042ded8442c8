"""Reads single values of OTLP JSON, strictly, and writes them as protobuf fields. Pure.

Rules of proto3 JSON with OTLP's exceptions: 64-bit integers as numbers or decimal strings, enums as numbers
only, ids as hex, `bytesValue` as base64, null as absent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, NoReturn

from collector.otlp.wire import double_field, length_field, varint_field
from collector.refusal import Invalid, Reason

_INT64 = (-(1 << 63), (1 << 63) - 1)
_UINT64 = (0, (1 << 64) - 1)
_UINT32 = (0, (1 << 32) - 1)
_INT32 = (-(1 << 31), (1 << 31) - 1)
_MAX_INTEGER_DIGITS = 20
_SPECIAL_DOUBLES = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_URL_SAFE_TO_STANDARD = str.maketrans("-_", "+/")


def refuse(field: str, expected: str) -> NoReturn:
    """Refuse a request for one field.

    Raises:
        Invalid: Always.
    """
    raise Invalid(Reason.UNDECODABLE, f"{field} must be {expected}", field)


def read_text(value: object, field: str) -> bytes:
    """A string as UTF-8."""
    if type(value) is str:
        return value.encode()
    refuse(field, "a string")


def read_object(value: object, field: str) -> dict[str, Any]:
    """An object; null counts as an empty one."""
    if type(value) is dict:
        return value
    if value is None:
        return {}
    refuse(field, "an object")


def read_array(value: object, field: str) -> list[Any]:
    """An array; null counts as an empty one."""
    if type(value) is list:
        return value
    if value is None:
        return []
    refuse(field, "an array")


def read_hex(value: object, field: str) -> bytes:
    """An id: hex digits of either case. Its length is judged later, span by span."""
    if type(value) is str and value.isascii() and value.isalnum():
        try:
            return bytes.fromhex(value)
        except ValueError:
            pass
    elif value == "" or value is None:
        return b""
    refuse(field, "hex digits (OTLP JSON writes ids in hex, not base64)")


def read_uint64(value: object, field: str) -> int:
    """An unsigned 64-bit integer as number or decimal string."""
    return _read_integer(value, field, _UINT64)


def read_uint32(value: object, field: str) -> int:
    """An unsigned 32-bit integer as number or decimal string."""
    return _read_integer(value, field, _UINT32)


def read_enum(value: object, field: str) -> int:
    """An enum as a number; OTLP forbids names."""
    if type(value) is int and _INT32[0] <= value <= _INT32[1]:
        return value
    refuse(field, "an integer (OTLP JSON writes enums as numbers, never names)")


def write_any_value(value: object, field: str, depth_left: int) -> bytes:
    """An AnyValue message.

    Args:
        value: Parsed JSON such as `{"stringValue": "a"}`; `{}` and null are the empty value.
        field: Where it stands, for the error.
        depth_left: How many more levels of arrays and maps may follow.

    Raises:
        Invalid: Wrong types, more than one kind at once, or too deep.
    """
    payload = b""
    for kind, content in read_object(value, field).items():
        write = _KINDS.get(kind)
        if write is None or content is None:
            continue
        if payload:
            refuse(field, "one kind of value, not several")
        payload = write(content, f"{field}.{kind}", depth_left)
    return payload


def write_attributes(number: int, value: object, field: str, depth: int) -> list[bytes]:
    """A list of KeyValue messages as fields with this number."""
    return [length_field(number, _write_key_value(item, field, depth)) for item in read_array(value, field)]


def _write_key_value(item: object, field: str, depth_left: int) -> bytes:
    pair = read_object(item, field)
    payload = b""
    if (key := pair.get("key")) is not None:
        payload = length_field(1, read_text(key, f"{field}.key"))
    if (value := pair.get("value")) is not None:
        payload += length_field(2, write_any_value(value, f"{field}.value", depth_left))
    return payload


def _write_string(value: object, field: str, _: int) -> bytes:
    return length_field(1, read_text(value, field))


def _write_bool(value: object, field: str, _: int) -> bytes:
    if type(value) is not bool:
        refuse(field, "true or false")
    return varint_field(2, value)


def _write_int(value: object, field: str, _: int) -> bytes:
    return varint_field(3, _read_integer(value, field, _INT64))


def _write_double(value: object, field: str, _: int) -> bytes:
    if type(value) is float or type(value) is int:
        try:
            return double_field(4, float(value))
        except OverflowError:
            refuse(field, "a 64-bit floating point number")
    if type(value) is str:
        if value in _SPECIAL_DOUBLES:
            return double_field(4, _SPECIAL_DOUBLES[value])
        try:
            number = float(value)
        except ValueError:
            refuse(field, "a number")
        if number == number and abs(number) != float("inf") and "_" not in value:
            return double_field(4, number)
    refuse(field, "a number")


def _write_array(value: object, field: str, depth_left: int) -> bytes:
    _spend_level(field, depth_left)
    items = read_array(read_object(value, field).get("values"), field)
    return length_field(
        5, b"".join(length_field(1, write_any_value(item, field, depth_left - 1)) for item in items)
    )


def _write_map(value: object, field: str, depth_left: int) -> bytes:
    _spend_level(field, depth_left)
    items = read_object(value, field).get("values")
    return length_field(6, b"".join(write_attributes(1, items, field, depth_left - 1)))


def _write_bytes(value: object, field: str, _: int) -> bytes:
    if type(value) is str:
        standard = value.translate(_URL_SAFE_TO_STANDARD).rstrip("=")
        try:
            return length_field(7, base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True))
        except (binascii.Error, ValueError):
            pass
    refuse(field, "base64")


def _spend_level(field: str, depth_left: int) -> None:
    if depth_left <= 0:
        raise Invalid(Reason.TOO_DEEP, "attribute values are nested too deeply", field[:200])


def _read_integer(value: object, field: str, bounds: tuple[int, int]) -> int:
    if type(value) is str and len(value) <= _MAX_INTEGER_DIGITS and value.removeprefix("-").isdecimal():
        value = int(value) if value.isascii() else None
    elif type(value) is float and value.is_integer():
        # proto3 JSON allows 1e3 and 1.0 for integers.
        value = int(value)
    if type(value) is int and bounds[0] <= value <= bounds[1]:
        return value
    refuse(field, f"an integer from {bounds[0]} to {bounds[1]}, as number or decimal string")


_KINDS: dict[str, Callable[[object, str, int], bytes]] = {
    "stringValue": _write_string,
    "boolValue": _write_bool,
    "intValue": _write_int,
    "doubleValue": _write_double,
    "arrayValue": _write_array,
    "kvlistValue": _write_map,
    "bytesValue": _write_bytes,
}
