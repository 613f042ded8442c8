"""Reads HPACK header blocks (RFC 7541) of one connection: its state is the table that the peer fills.

hpack's own decoder makes objects per header, which at small calls costs as much as everything else together;
its Huffman code and static table are used here. Clients repeat themselves: the same block means the same
headers for as long as the table stays as it is.
"""

from __future__ import annotations

from collections import deque

from hpack.exceptions import HPACKDecodingError
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

from collector.http2.frames import Code, ConnectionFailed

_STATIC = tuple((name.decode(), value.decode()) for name, value in HeaderTable.STATIC_TABLE)
_TABLE_BYTES = 4096
_ENTRY_OVERHEAD_BYTES = 32
_MAX_REMEMBERED, _MAX_REMEMBERED_BYTES = 16, 1024

Pairs = tuple[tuple[str, str], ...]


class HeaderDecoder:
    """Decodes the blocks of one connection in their order.

    Args:
        max_list_bytes: Of one request's headers, counted as SETTINGS_MAX_HEADER_LIST_SIZE counts.
    """

    def __init__(self, max_list_bytes: int) -> None:
        self._max_list_bytes = max_list_bytes
        self._entries: deque[tuple[str, str]] = deque()
        self._entries_bytes = 0
        self._table_bytes = _TABLE_BYTES
        self._remembered: dict[bytes, Pairs] = {}
        self._changes = 0

    def decode(self, block: bytes) -> Pairs | None:
        """Names and values in order. Bytes beyond ASCII are read as Latin-1.

        Returns:
            For the same block often the same object. None when there is more than allowed; blocks that follow
            can be read all the same.

        Raises:
            ConnectionFailed: The block cannot be read; those that follow cannot be read either.
        """
        headers = self._remembered.get(block)
        if headers is None:
            changes = self._changes
            headers = self._decoded(block)
            if changes != self._changes or len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            if headers is not None and changes == self._changes and len(block) <= _MAX_REMEMBERED_BYTES:
                self._remembered[block] = headers
        return headers

    def _decoded(self, block: bytes) -> Pairs | None:
        headers: list[tuple[str, str]] = []
        at, end, left_bytes = 0, len(block), self._max_list_bytes
        try:
            while at < end:
                first = block[at]
                if first & 0x80:
                    index, at = self._integer(block, at, 0x7F)
                    name, value = self._entry(index)
                elif first & 0x40:
                    name, value, at = self._literal(block, at, 0x3F)
                    self._add(name, value)
                elif first & 0x20:
                    size_bytes, at = self._integer(block, at, 0x1F)
                    self._resize(size_bytes, at_start=left_bytes == self._max_list_bytes)
                    continue
                else:
                    name, value, at = self._literal(block, at, 0x0F)
                left_bytes -= len(name) + len(value) + _ENTRY_OVERHEAD_BYTES
                if left_bytes >= 0:
                    headers.append((name, value))
        except (IndexError, HPACKDecodingError) as error:
            raise _unreadable() from error
        return tuple(headers) if left_bytes >= 0 else None

    @staticmethod
    def _integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
        """A number whose first byte is shared with the kind of field, and where it ends."""
        value = block[at] & mask
        at += 1
        if value < mask:
            return value, at
        for shift in (0, 7, 14, 21):
            byte = block[at]
            at += 1
            value += (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
        raise _unreadable()

    def _entry(self, index: int) -> tuple[str, str]:
        if index <= 0:
            raise _unreadable()
        if index <= len(_STATIC):
            return _STATIC[index - 1]
        return self._entries[index - len(_STATIC) - 1]

    def _literal(self, block: bytes, at: int, mask: int) -> tuple[str, str, int]:
        index, at = self._integer(block, at, mask)
        if index:
            name = self._entry(index)[0]
        else:
            name, at = self._text(block, at)
        value, at = self._text(block, at)
        return name, value, at

    def _text(self, block: bytes, at: int) -> tuple[str, int]:
        is_huffman = block[at] & 0x80
        size_bytes, at = self._integer(block, at, 0x7F)
        after = at + size_bytes
        if after > len(block):
            raise _unreadable()
        text = block[at:after]
        return (decode_huffman(text) if is_huffman else text).decode("latin-1"), after

    def _add(self, name: str, value: str) -> None:
        self._changes += 1
        self._entries.appendleft((name, value))
        self._entries_bytes += len(name) + len(value) + _ENTRY_OVERHEAD_BYTES
        self._evict()

    def _resize(self, size_bytes: int, *, at_start: bool) -> None:
        if size_bytes > _TABLE_BYTES or not at_start:
            raise _unreadable()
        self._changes += 1
        self._table_bytes = size_bytes
        self._evict()

    def _evict(self) -> None:
        while self._entries_bytes > self._table_bytes:
            name, value = self._entries.pop()
            self._entries_bytes -= len(name) + len(value) + _ENTRY_OVERHEAD_BYTES


def _unreadable() -> ConnectionFailed:
    return ConnectionFailed(Code.COMPRESSION_ERROR, "headers that cannot be read")
