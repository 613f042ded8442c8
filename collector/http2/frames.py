"""The bytes of HTTP/2 frames (RFC 9113 §4, §6, §7): constants, packing, and what is wrong with some. Pure."""

from __future__ import annotations

import struct
from enum import IntEnum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9
PRIORITY_BYTES = 5
LARGEST_WINDOW = 2**31 - 1
DEFAULT_WINDOW = 65_535
SMALLEST_MAX_FRAME, LARGEST_MAX_FRAME = 2**14, 2**24 - 1

_HEADER = struct.Struct(">HBBBI")
_SETTING = struct.Struct(">HI")


class Kind(IntEnum):
    """Frame types."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Flag:
    """Frame flags."""

    ACK = 0x1
    END_STREAM = 0x1
    END_HEADERS = 0x4
    PADDED = 0x8
    PRIORITY = 0x20


class Code(IntEnum):
    """Error codes."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


class Setting(IntEnum):
    """Settings that matter to one side or the other."""

    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5
    MAX_HEADER_LIST_SIZE = 6


_OF_STREAMS = frozenset((Kind.DATA, Kind.HEADERS, Kind.PRIORITY, Kind.RST_STREAM, Kind.CONTINUATION))
_OF_CONNECTIONS = frozenset((Kind.SETTINGS, Kind.PING, Kind.GOAWAY))


class StreamFailed(Exception):
    """The peer broke a rule on one stream; it is reset with this code."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class ConnectionFailed(Exception):
    """The peer broke a rule that the whole connection depends on; it is closed with this code."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


def frame(kind: Kind, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    """One frame."""
    size = len(payload)
    return _HEADER.pack(size >> 8, size & 0xFF, kind, flags, stream_id) + payload


def read_header(data: bytes | bytearray, at: int) -> tuple[int, int, int, int]:
    """Payload size, type, flags and stream of the frame that starts at `at`."""
    high, low, kind, flags, stream_id = _HEADER.unpack_from(data, at)
    return high << 8 | low, kind, flags, stream_id & LARGEST_WINDOW


def check_place(kind: int, stream_id: int) -> None:
    """Some frames belong to a stream, some to the connection.

    Raises:
        ConnectionFailed: This one is in the wrong place.
    """
    if kind in (_OF_CONNECTIONS if stream_id else _OF_STREAMS):
        raise ConnectionFailed(Code.PROTOCOL_ERROR, "a frame on a stream it does not belong to")


def settings(values: dict[Setting, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(Kind.SETTINGS, 0, 0, b"".join(_SETTING.pack(*pair) for pair in values.items()))


def read_settings(payload: bytes) -> list[tuple[int, int]]:
    """Identifiers and values, in order.

    Raises:
        ConnectionFailed: Not a whole number of settings, or a value that cannot be.
    """
    if len(payload) % _SETTING.size:
        raise ConnectionFailed(Code.FRAME_SIZE_ERROR, "SETTINGS of a broken size")
    found = list(_SETTING.iter_unpack(payload))
    for setting, value in found:
        if setting == Setting.INITIAL_WINDOW_SIZE and value > LARGEST_WINDOW:
            raise ConnectionFailed(Code.FLOW_CONTROL_ERROR, "too large a window")
        if (setting == Setting.ENABLE_PUSH and value > 1) or (
            setting == Setting.MAX_FRAME_SIZE and not SMALLEST_MAX_FRAME <= value <= LARGEST_MAX_FRAME
        ):
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "a setting that cannot be")
    return found


def number(payload: bytes) -> int:
    """The one 32-bit number of a WINDOW_UPDATE (without its reserved bit) or RST_STREAM frame.

    Raises:
        ConnectionFailed: Not four bytes.
    """
    if len(payload) != 4:
        raise ConnectionFailed(Code.FRAME_SIZE_ERROR, "a number of four bytes was expected")
    return int.from_bytes(payload, "big") & LARGEST_WINDOW


def window_update(stream_id: int, size_bytes: int) -> bytes:
    """Lets the peer send so many bytes more."""
    return frame(Kind.WINDOW_UPDATE, 0, stream_id, size_bytes.to_bytes(4, "big"))


def reset(stream_id: int, code: Code) -> bytes:
    """Ends a stream."""
    return frame(Kind.RST_STREAM, 0, stream_id, code.to_bytes(4, "big"))


def going_away(last_stream_id: int, code: Code) -> bytes:
    """Says which streams are still served, and why no others."""
    return frame(Kind.GOAWAY, 0, 0, struct.pack(">II", last_stream_id, code))


def unpadded(payload: bytes, flags: int, *, priority: bool = False) -> bytes:
    """What is left of a DATA or HEADERS payload without padding and priority.

    Raises:
        ConnectionFailed: More padding than payload.
    """
    start, end = 0, len(payload)
    if flags & Flag.PADDED:
        start, end = 1, end - (payload[0] if payload else 0)
    if priority and flags & Flag.PRIORITY:
        start += PRIORITY_BYTES
    if start > end:
        raise ConnectionFailed(Code.PROTOCOL_ERROR, "more padding than payload")
    return payload[start:end]


def header_block(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Headers in HPACK (RFC 7541) as literals that enter no table: the same bytes at any time.

    Args:
        headers: Names in lower case.
    """
    return b"".join(b"\x00" + _string(name) + _string(value) for name, value in headers)


def _string(text: bytes) -> bytes:
    size = len(text)
    if size < 127:
        return bytes((size,)) + text
    head, rest = bytearray((127,)), size - 127
    while rest > 127:
        head.append(rest & 127 | 128)
        rest >>= 7
    head.append(rest)
    return bytes(head) + text
