"""Broken and odd requests, reproducible from a seed: mutated real ones, and random wire-format messages."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bench import payload
from collector.otlp.wire import length_field, varint, varint_field

Kind = Literal["protobuf", "json", "zipkin"]

_INTERESTING = (
    b"\x00",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff" * 10,
    b"\x0b\x0c",
    b"\x13\x14",
    b"{",
    b"]",
    b'"',
    b"\\u0000",
)
_MAX_DEPTH = 9


@dataclass(frozen=True, slots=True)
class Case:
    """One input."""

    kind: Kind
    body: bytes


def cases(seed: int) -> Iterator[Case]:
    """Endless inputs; the same for the same seed."""
    source = random.Random(seed)
    originals = [template.data.tobytes() for template in payload.templates("small", 3, seed)]
    originals += [template.data.tobytes() for template in payload.templates("realistic", 2, seed)]
    json_originals = [_json_original(source) for _ in range(5)]
    zipkin_originals = [_zipkin_original(source) for _ in range(5)]
    while True:
        drawn = source.random()
        if drawn < 0.35:
            yield Case("protobuf", mutate(source.choice(originals), source))
        elif drawn < 0.6:
            yield Case("protobuf", wire_message(source))
        elif drawn < 0.65:
            yield Case("protobuf", source.randbytes(source.randrange(200)))
        elif drawn < 0.85:
            yield Case("json", mutate(source.choice(json_originals), source))
        else:
            yield Case("zipkin", mutate(source.choice(zipkin_originals), source))


def mutate(data: bytes, source: random.Random) -> bytes:
    """A few random edits: flips, cuts, repeats, insertions, exchanged pieces."""
    edited = bytearray(data)
    for _ in range(source.choice((1, 1, 1, 2, 4, 16))):
        at = source.randrange(len(edited) + 1)
        size = source.choice((1, 1, 2, 8, 64))
        match source.randrange(6):
            case 0 if at < len(edited):
                edited[at] ^= 1 << source.randrange(8)
            case 1:
                del edited[at : at + size]
            case 2:
                edited[at:at] = edited[at : at + size]
            case 3:
                edited[at:at] = source.choice(_INTERESTING)
            case 4 if at < len(edited):
                edited[at] = source.randrange(256)
            case _:
                other = source.randrange(len(edited) + 1)
                edited[at : at + size] = edited[other : other + size]
    return bytes(edited)


def wire_message(source: random.Random) -> bytes:
    """A request whose nesting is right and whose fields are of any number, type and value."""
    spans = b"".join(length_field(2, _span(source)) for _ in range(source.randrange(4)))
    scope_spans = length_field(2, _any_fields(source, 6) + spans)
    resource = length_field(1, _any_fields(source, 6)) if source.random() < 0.5 else b""
    return length_field(
        1, resource + scope_spans + (_any_fields(source, 8) if source.random() < 0.2 else b"")
    )


def _span(source: random.Random) -> bytes:
    ids = length_field(1, source.randbytes(16)) + length_field(2, source.randbytes(8))
    return (ids if source.random() < 0.9 else b"") + _any_fields(source, 3)


def _any_fields(source: random.Random, depth: int) -> bytes:
    return b"".join(_any_field(source, depth) for _ in range(source.choice((0, 1, 1, 2, 3, 6))))


def _any_field(source: random.Random, depth: int) -> bytes:
    number = source.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1000))
    match source.randrange(8):
        case 0:
            return varint_field(number, source.choice((0, 1, 2, 3, 127, 1 << 31, 1 << 40, -1)))
        case 1:
            return varint(number << 3 | 1) + struct.pack("<Q", source.getrandbits(64))
        case 2:
            return varint(number << 3 | 5) + struct.pack("<I", source.getrandbits(32))
        case 3:
            return length_field(number, source.choice((b"", b"text", "é😀".encode(), b"\0", b"\xff\xfe")))
        case 4 if source.random() < 0.2:
            return varint(number << 3 | 3) + _any_fields(source, _MAX_DEPTH) + varint(number << 3 | 4)
        case _ if depth < _MAX_DEPTH:
            return length_field(number, _any_fields(source, depth + 1))
    return length_field(number, b"leaf")


def _json_original(source: random.Random) -> bytes:
    attributes = [
        {"key": "text", "value": {"stringValue": "é\u0001"}},
        {"key": "int", "value": {"intValue": "12"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"boolValue": True}, {"doubleValue": 1.5}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "b", "value": {"bytesValue": "AA=="}}]}}},
    ]
    span = {
        "traceId": source.randbytes(16).hex(),
        "spanId": source.randbytes(8).hex(),
        "name": "json",
        "kind": 2,
        "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": 1544712661000000000,
        "attributes": attributes,
        "events": [{"timeUnixNano": "1", "name": "e", "attributes": attributes[:1]}],
        "links": [{"traceId": source.randbytes(16).hex(), "spanId": source.randbytes(8).hex()}],
        "status": {"code": 2, "message": "boom"},
    }
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [span]}]}]}).encode()


def _zipkin_original(source: random.Random) -> bytes:
    span = {
        "traceId": source.randbytes(source.choice((8, 16))).hex(),
        "id": source.randbytes(8).hex(),
        "parentId": source.randbytes(8).hex(),
        "kind": source.choice(("CLIENT", "SERVER")),
        "shared": source.random() < 0.5,
        "timestamp": 1556604172355737,
        "duration": 1431,
        "localEndpoint": {"serviceName": "a", "ipv4": "192.0.2.1", "port": 80},
        "remoteEndpoint": {"serviceName": "b"},
        "annotations": [{"timestamp": 1556604172355800, "value": '"e": {"k": 1}'}],
        "tags": {"error": "boom", "http.method": "GET"},
    }
    return json.dumps([span]).encode()
