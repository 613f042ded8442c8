"""Requests that protobuf allows and no SDK sends: what upb accepts, ClickHouse must accept too.

Each is written with the wire functions, since protobuf's own classes would not produce it.
"""

from __future__ import annotations

import itertools

from collector.otlp.wire import (
    double_field,
    fixed32_field,
    fixed64_field,
    length_field,
    varint,
    varint_field,
)

_numbers = itertools.count(1 << 32)
_NAN = float("nan")


def ids() -> bytes:
    """Valid, new ids at the start of a span."""
    number = next(_numbers)
    return length_field(1, number.to_bytes(16, "big")) + length_field(2, number.to_bytes(8, "big"))


def wrap(*spans: bytes, resource: bytes = b"", scope: bytes = b"") -> bytes:
    """A request of serialized spans."""
    scope_spans = length_field(1, scope) + b"".join(length_field(2, span) for span in spans)
    return length_field(1, length_field(1, resource) + length_field(2, scope_spans))


def attribute(value: bytes, key: bytes = b"k") -> bytes:
    """An attribute of a span."""
    return length_field(9, length_field(1, key) + length_field(2, value))


def group(number: int, content: bytes) -> bytes:
    """A field in the deprecated group encoding."""
    return varint(number << 3 | 3) + content + varint(number << 3 | 4)


def nested_arrays(depth: int) -> bytes:
    """An AnyValue of arrays within arrays."""
    value = length_field(1, b"deep")
    for _ in range(depth):
        value = length_field(5, length_field(1, value))
    return value


def nested_maps(depth: int) -> bytes:
    """An AnyValue of maps within maps."""
    value = length_field(1, b"deep")
    for _ in range(depth):
        value = length_field(6, length_field(1, length_field(1, b"k") + length_field(2, value)))
    return value


def legal_oddities() -> dict[str, bytes]:
    """Requests by name; each has exactly one span with valid ids."""
    text = length_field(1, b"v")
    spans = {
        "unknown varint field": ids() + varint_field(1000, 5),
        "unknown length field": ids() + length_field(1000, b"abc"),
        "unknown fixed fields": ids() + fixed32_field(1000, 1) + fixed64_field(1001, 1),
        "unknown group": ids() + group(1000, varint_field(1, 1)),
        "nested unknown groups": ids() + group(1000, group(7, length_field(1, b"x"))),
        "unknown group around a known number": ids() + group(1000, length_field(5, b"name")),
        "group with the number of a known field": ids() + group(5, length_field(1, b"x")),
        "group with the number of a message field": ids() + group(15, varint_field(3, 2)),
        "group with the number of attributes": ids() + group(9, length_field(1, b"k")),
        "largest field number": ids() + varint_field((1 << 29) - 1, 1),
        "unknown enum value": ids() + varint_field(6, 99),
        "negative enum": ids() + varint_field(6, -1),
        "enum beyond 32 bits": ids() + varint_field(6, 1 << 40),
        "status code beyond 32 bits": ids() + length_field(15, varint_field(3, (1 << 40) + 2)),
        "negative status code": ids() + length_field(15, varint_field(3, -2)),
        "name as varint": ids() + varint_field(5, 7),
        "name as fixed64": ids() + fixed64_field(5, 7),
        "kind as bytes": ids() + length_field(6, b"\x02"),
        "kind packed": ids() + length_field(6, b"\x02\x03"),
        "kind as fixed32": ids() + fixed32_field(6, 2),
        "start time as varint": ids() + varint_field(7, 7),
        "start time as fixed32": ids() + fixed32_field(7, 7),
        "start time as bytes": ids() + length_field(7, bytes(8)),
        "flags as varint": ids() + varint_field(16, 7),
        "flags as fixed64": ids() + fixed64_field(16, 7),
        "trace id as varint beside a real one": ids() + varint_field(1, 7),
        "span id as fixed64 beside a real one": ids() + fixed64_field(2, 7),
        "attribute as varint": ids() + varint_field(9, 7),
        "event as fixed64": ids() + fixed64_field(11, 7),
        "status as varint": ids() + varint_field(15, 7),
        "dropped count as fixed32": ids() + fixed32_field(10, 7),
        "dropped count beyond 32 bits": ids() + varint_field(10, 1 << 40),
        "dropped count packed": ids() + length_field(10, b"\x01\x02"),
        "repeated singular name": ids() + length_field(5, b"first") + length_field(5, b"second"),
        "repeated singular kind": ids() + varint_field(6, 2) + varint_field(6, 3),
        "repeated start time": ids() + fixed64_field(7, 1) + fixed64_field(7, 2),
        "repeated ids, the last ones valid": ids() + ids(),
        "repeated ids, first empty": length_field(1, b"") + length_field(2, b"") + ids(),
        "merged status": ids()
        + length_field(15, length_field(2, b"boom"))
        + length_field(15, varint_field(3, 2)),
        "merged value of one attribute": ids()
        + length_field(9, length_field(1, b"k") + length_field(2, text) + length_field(2, text)),
        "oneof with two members": ids() + attribute(text + varint_field(3, 7)),
        "oneof with all members": ids()
        + attribute(
            text
            + varint_field(2, 1)
            + varint_field(3, 7)
            + double_field(4, 1.5)
            + nested_arrays(1)
            + nested_maps(1)
            + length_field(7, b"\xff")
        ),
        "merged arrays in one value": ids() + attribute(nested_arrays(1) + nested_arrays(1)),
        "array after scalar": ids() + attribute(varint_field(3, 7) + nested_arrays(1)),
        "value of unknown kind": ids() + attribute(length_field(20, b"new kind")),
        "empty value": ids() + attribute(b""),
        "attribute without value": ids() + length_field(9, length_field(1, b"k")),
        "attribute without key": ids() + length_field(9, length_field(2, text)),
        "empty attribute": ids() + length_field(9, b""),
        "value before key": ids() + length_field(9, length_field(2, text) + length_field(1, b"k")),
        "duplicate keys": ids() + attribute(text) + attribute(varint_field(3, 1)),
        "bool of 2": ids() + attribute(varint_field(2, 2)),
        "bool of all bits": ids() + attribute(varint_field(2, -1)),
        "bool of a high bit only": ids() + attribute(varint_field(2, 1 << 40)),
        "int as fixed64": ids() + attribute(fixed64_field(3, 7)),
        "int of smallest": ids() + attribute(varint_field(3, -(1 << 63))),
        "int in ten bytes with bits beyond 64": ids() + attribute(b"\x18" + b"\xff" * 9 + b"\x7f"),
        "int in overlong encoding": ids() + attribute(b"\x18\x81\x80\x80\x00"),
        "double NaN": ids() + attribute(double_field(4, _NAN)),
        "double infinities": ids()
        + attribute(double_field(4, float("inf")))
        + attribute(double_field(4, float("-inf")), b"k2"),
        "double as fixed32": ids() + attribute(fixed32_field(4, 7)),
        "double in array": ids() + attribute(length_field(5, length_field(1, double_field(4, _NAN)))),
        "empty array": ids() + attribute(length_field(5, b"")),
        "empty map": ids() + attribute(length_field(6, b"")),
        "array of empty values": ids() + attribute(length_field(5, length_field(1, b"") * 3)),
        "map of empty entries": ids() + attribute(length_field(6, length_field(1, b"") * 3)),
        "array as varint": ids() + attribute(varint_field(5, 3)),
        "arrays four deep": ids() + attribute(nested_arrays(4)),
        "arrays twenty deep": ids() + attribute(nested_arrays(20)),
        "maps twenty deep": ids() + attribute(nested_maps(20)),
        "array inside an array as varint": ids()
        + attribute(length_field(5, length_field(1, varint_field(5, 3)))),
        "NUL in strings": ids() + length_field(5, b"a\0b") + attribute(length_field(1, b"\0"), b"\0"),
        "control characters": ids() + length_field(5, bytes(range(1, 32))),
        "four-byte UTF-8": ids() + length_field(5, "\U0010ffff".encode()),
        "bytes that are not UTF-8": ids() + attribute(length_field(7, b"\xff\xfe\x00")),
        "trace state not ASCII": ids() + length_field(3, "käse=1".encode()),
        "parent id of three bytes": ids() + length_field(4, b"abc"),
        "parent id of one megabyte": ids() + length_field(4, bytes(1 << 20)),
        "times of zero": ids() + fixed64_field(7, 0) + fixed64_field(8, 0),
        "times of all bits": ids() + fixed64_field(7, (1 << 64) - 1) + fixed64_field(8, (1 << 64) - 1),
        "end before start": ids() + fixed64_field(7, 1 << 60) + fixed64_field(8, 5),
        "smallest start, greatest end": ids() + fixed64_field(7, 0) + fixed64_field(8, (1 << 64) - 1),
        "empty event": ids() + length_field(11, b""),
        "event of greatest time": ids() + length_field(11, fixed64_field(1, (1 << 64) - 1)),
        "empty link": ids() + length_field(13, b""),
        "link with odd ids": ids() + length_field(13, length_field(1, b"abc") + length_field(2, bytes(99))),
        "empty status": ids() + length_field(15, b""),
        "a tag in overlong encoding": ids() + b"\xaa\x80\x00" + b"\x01x",
        "a length in overlong encoding": ids() + b"\x2a\x81\x80\x00x",
        "ids at the end": length_field(5, b"name") + ids(),
        "span id before trace id": length_field(2, b"12345678") + length_field(1, b"1234567890123456"),
        "ten thousand attributes of two bytes": ids() + length_field(9, b"") * 1000,
        "one thousand events": ids() + length_field(11, length_field(2, b"e")) * 1000,
    }
    requests = {name: wrap(span) for name, span in spans.items()}
    key_value = length_field(1, b"service.name") + length_field(2, text)
    requests |= {
        "resource merged from two": length_field(
            1,
            length_field(1, length_field(1, key_value))
            + length_field(1, length_field(1, key_value))
            + length_field(2, length_field(2, ids())),
        ),
        "scope merged from two": length_field(
            1,
            length_field(
                2,
                length_field(1, length_field(1, b"a"))
                + length_field(1, length_field(2, b"1"))
                + length_field(2, ids()),
            ),
        ),
        "resource after its spans": length_field(
            1, length_field(2, length_field(2, ids())) + length_field(1, length_field(1, key_value))
        ),
        "resource as varint": length_field(1, varint_field(1, 3) + length_field(2, length_field(2, ids()))),
        "resource spans as varint": varint_field(1, 3) + wrap(ids()),
        "resource spans as group": group(1, length_field(2, length_field(2, ids()))) + wrap(ids()),
        "unknown fields at every level": varint_field(99, 1)
        + length_field(
            1,
            varint_field(99, 1)
            + length_field(1, varint_field(99, 1))
            + length_field(2, varint_field(99, 1) + length_field(2, ids() + varint_field(99, 1))),
        ),
        "empty resource spans beside a span": length_field(1, b"") * 3 + wrap(ids()),
        "empty scope spans beside a span": length_field(
            1, length_field(2, b"") * 3 + length_field(2, length_field(2, ids()))
        ),
        "an empty span beside a span": wrap(b"", ids()),
        "service name of an array": wrap(
            ids(),
            resource=length_field(1, length_field(1, b"service.name") + length_field(2, nested_arrays(1))),
        ),
        "entity references": wrap(
            ids(), resource=length_field(3, length_field(2, b"host") + length_field(3, b"id"))
        ),
    }
    return requests
