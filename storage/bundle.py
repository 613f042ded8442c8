"""What a request becomes in the log: its bytes, marked with the bundle it is part of and its own hash. Pure.

A bundle is named by a number that tells when it was opened and by whom, so that the oldest comes first and a
collector that starts again knows what it left behind.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import xxhash

_OWNER_BITS = 22
_FIXED64, _LENGTH_DELIMITED = 1, 2  # protobuf wire types
_BUNDLE_FIELD, _HASH_FIELD = 15001, 15002  # storage/sql/otlp.proto
_HASH_BYTES = 16
_BUNDLE_BYTES = 8
_VARINT_BYTES = 10
# Copying less costs less than sending one piece more.
_LARGE_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request of a block that `block_of` made.

    Attributes:
        digest: Its hash.
        request: Its bytes, without marks.
        end: Where the next one begins in the block.
    """

    digest: int
    request: bytes
    end: int


def bundle_id(opened_ms: int, owner: int) -> int:
    """The number of a bundle opened at this Unix time (milliseconds) by this owner (see `owner_of`)."""
    return opened_ms << _OWNER_BITS | owner


def opened_ms(bundle: int) -> int:
    """When a bundle was opened, Unix time in milliseconds."""
    return bundle >> _OWNER_BITS


def owner_in(bundle: int) -> int:
    """Who opened a bundle."""
    return bundle & (1 << _OWNER_BITS) - 1


def owner_of(name: str) -> int:
    """A number of 22 bits for the one process of this name."""
    return xxhash.xxh3_64_intdigest(name.encode()) & (1 << _OWNER_BITS) - 1


def request_hash(request: bytes) -> int:
    """What tells two requests apart: xxh3-128 of their bytes."""
    return xxhash.xxh3_128_intdigest(request)


def packed(hashes: Iterable[int]) -> bytes:
    """Hashes as ClickHouse's `RowBinary` of one column UInt128."""
    return b"".join(digest.to_bytes(_HASH_BYTES, "little") for digest in hashes)


def unpacked(rows: bytes) -> list[int]:
    """The reverse of `packed`."""
    return [int.from_bytes(rows[at : at + _HASH_BYTES], "little") for at in range(0, len(rows), _HASH_BYTES)]


def block_of(requests: Mapping[int, bytes], bundle: int) -> list[bytes]:
    """Requests by hash as one block in ClickHouse's `Protobuf` format, each marked with bundle and hash.

    Protobuf joins messages by joining their bytes: two more fields at the end need no decoding.

    Returns:
        The block in pieces: large requests are not copied.
    """
    bundle_field = _BUNDLE_TAG + struct.pack("<Q", bundle)
    marks_bytes = len(bundle_field) + len(_HASH_TAG) + _HASH_BYTES
    pieces: list[bytes] = []
    small: list[bytes] = []
    for digest, request in requests.items():
        size = _varint(len(request) + marks_bytes)
        mark = digest.to_bytes(_HASH_BYTES, "little")
        if len(request) < _LARGE_BYTES:
            small += (size, request, bundle_field, _HASH_TAG, mark)
            continue
        pieces += (b"".join((*small, size)), request)
        small = [bundle_field, _HASH_TAG, mark]
    pieces.append(b"".join(small))
    return pieces


def logged_in(block: bytes) -> Iterator[LoggedRequest]:
    """The requests of a block, in order, as far as it is whole: what follows was cut off or damaged."""
    start = 0
    while (found := _logged_at(block, start)) is not None:
        yield found
        start = found.end


def _logged_at(block: bytes, start: int) -> LoggedRequest | None:
    size_bytes, at = _varint_at(block, start)
    end = at + size_bytes
    mark = end - _HASH_BYTES
    request_end = mark - len(_HASH_TAG) - _BUNDLE_BYTES - len(_BUNDLE_TAG)
    if end > len(block) or request_end < at or block[mark - len(_HASH_TAG) : mark] != _HASH_TAG:
        return None
    request = block[at:request_end]
    digest = int.from_bytes(block[mark:end], "little")
    return LoggedRequest(digest, request, end) if request_hash(request) == digest else None


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint_at(block: bytes, at: int) -> tuple[int, int]:
    """The number at this place and the place behind it; a number larger than any block when it is cut off."""
    value = shift = 0
    for place in range(at, min(at + _VARINT_BYTES, len(block))):
        value |= (block[place] & 0x7F) << shift
        if block[place] < 0x80:
            return value, place + 1
        shift += 7
    return len(block), len(block)


_BUNDLE_TAG = _tag(_BUNDLE_FIELD, _FIXED64)
_HASH_TAG = _tag(_HASH_FIELD, _LENGTH_DELIMITED) + _varint(_HASH_BYTES)
