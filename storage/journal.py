"""Blocks on their way into the store, so that one of unknown outcome can be sent again unchanged.

With a directory (embedded engine) a block is a file from before its INSERT until after it, and what a killed
process leaves is found on the next start. Without one (server) blocks are remembered only by the writer.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash

logger = logging.getLogger(__name__)

_MAGIC = b"SPHJ1\n"
_HEADER = struct.Struct("<6s16s")  # magic, checksum of what follows
_COUNT = struct.Struct("<I")  # number of hashes


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One block: length-prefixed requests, their hashes, and the token that names it to ClickHouse."""

    token: str
    hashes: tuple[int, ...]
    block: bytes

    @classmethod
    def of(cls, by_hash: Mapping[int, bytes]) -> JournalEntry:
        """Joins requests into a block in ClickHouse's `Protobuf` format (varint length before each)."""
        hashes = tuple(by_hash)
        packed = b"".join(value.to_bytes(16, "little") for value in hashes)
        token = xxhash.xxh3_128_hexdigest(packed)
        return cls(token, hashes, length_prefixed(list(by_hash.values())))

    def encode(self) -> bytes:
        """The entry as a file's content, with a checksum that tells a torn file."""
        packed = b"".join(value.to_bytes(16, "little") for value in self.hashes)
        body = _COUNT.pack(len(self.hashes)) + packed + self.block
        return _HEADER.pack(_MAGIC, xxhash.xxh3_128_digest(body)) + body

    @classmethod
    def decode(cls, token: str, content: bytes) -> JournalEntry | None:
        """Reads `encode`'s output; None when torn (then it was never inserted, nor acknowledged)."""
        if len(content) < _HEADER.size + _COUNT.size:
            return None
        magic, checksum = _HEADER.unpack_from(content)
        if magic != _MAGIC or xxhash.xxh3_128_digest(content[_HEADER.size :]) != checksum:
            return None
        (count,) = _COUNT.unpack_from(content, _HEADER.size)
        start = _HEADER.size + _COUNT.size
        end = start + 16 * count
        hashes = tuple(int.from_bytes(content[at : at + 16], "little") for at in range(start, end, 16))
        return cls(token, hashes, content[end:])


class Journal:
    """Keeps entries in `directory`, or nowhere when it is None."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)

    def add(self, entry: JournalEntry) -> None:
        """Writes the entry before its INSERT starts.

        The kernel's cache is enough here: the journal guards against the death of the process. A power cut
        loses entry and INSERT alike, and neither was acknowledged.
        """
        if self._directory is not None:
            (self._directory / f"{entry.token}.block").write_bytes(entry.encode())

    def remove(self, entry: JournalEntry) -> None:
        """Forgets an entry whose INSERT has an outcome."""
        if self._directory is not None:
            (self._directory / f"{entry.token}.block").unlink(missing_ok=True)

    def leftover(self) -> list[JournalEntry]:
        """What an earlier process left, oldest first; torn files are removed."""
        if self._directory is None:
            return []
        found = []
        for path in sorted(self._directory.glob("*.block"), key=lambda path: path.stat().st_mtime_ns):
            entry = JournalEntry.decode(path.stem, path.read_bytes())
            if entry is None:
                path.unlink()
                continue
            found.append(entry)
        if found:
            logger.info("%d blocks of unknown outcome are sent again", len(found))
        return found


def length_prefixed(messages: Sequence[bytes]) -> bytes:
    """Joins protobuf messages, each after its length as a varint."""
    parts = []
    for message in messages:
        parts.append(_varint(len(message)))
        parts.append(message)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
