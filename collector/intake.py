"""Makes room for the bytes of requests before they are kept; undoes compression within the same limits."""

from __future__ import annotations

import zlib

from collector.budget import Reservation
from collector.limits import Limits
from collector.refusal import Invalid, Reason, TooLarge, Unavailable

# zlib window sizes; 16 more means a gzip header. The specification asks for gzip; some SDKs can send deflate.
_WINDOW_BITS = {"gzip": 31, "deflate": 15}
_STEP_BYTES = 256 * 1024
_MAX_GZIP_MEMBERS = 1000
"""Concatenated members are legal gzip; thousands of empty ones only cost time."""

ENCODINGS = frozenset(_WINDOW_BITS)
INLINE_INFLATE_BYTES = 32 * 1024
"""Compressed bodies above this are inflated in a thread: the event loop serves others meanwhile."""


class Intake:
    """Takes bytes of requests in, as far as there is room for them.

    Args:
        limits: Size after decompression, retry hint.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def take(self, total_bytes: int, part_bytes: int, held: Reservation) -> None:
        """Makes room for a part, before it is kept.

        Args:
            total_bytes: Size of the request so far, with this part.
            part_bytes: Of this part.
            held: Grows.

        Raises:
            TooLarge: Over `max_request_bytes`.
            Unavailable: No room in the byte budget.
        """
        if total_bytes > self._limits.max_request_bytes:
            raise self.too_large()
        if not held.grow(part_bytes):
            raise self.no_room()

    def too_large(self) -> TooLarge:
        """Over the limit."""
        return TooLarge(
            Reason.TOO_LARGE,
            f"the request is larger than {self._limits.max_request_bytes} bytes after decompression",
        )

    def no_room(self) -> Unavailable:
        """Over the budget."""
        return Unavailable(
            Reason.OVERLOADED, "too many bytes are waiting to be stored", self._limits.retry_after_seconds
        )

    def inflated(self, body: bytes, encoding: str, held: Reservation) -> bytes:
        """A body without its compression.

        Args:
            body: As it came.
            encoding: One of `ENCODINGS`.
            held: Grows with every byte kept, before it is kept.

        Raises:
            TooLarge: Over `max_request_bytes`.
            Invalid: Not what the encoding says.
            Unavailable: No room in the byte budget.
        """
        parts: list[bytes] = []
        size_bytes = 0
        for _ in range(_MAX_GZIP_MEMBERS):
            member = zlib.decompressobj(_WINDOW_BITS[encoding])
            rest = body
            while not member.eof:
                try:
                    part = member.decompress(rest, _STEP_BYTES)
                except zlib.error as error:
                    raise Invalid(Reason.UNDECODABLE, "the body is not in its content-encoding") from error
                rest = member.unconsumed_tail
                size_bytes += len(part)
                self.take(size_bytes, len(part), held)
                parts.append(part)
                if not part and not rest and not member.eof:
                    raise Invalid(Reason.UNDECODABLE, "the compressed body ends early")
            # RFC 1952 allows further members; some writers pad with zeros.
            body = member.unused_data.lstrip(b"\0")
            if not body:
                return b"".join(parts)
        raise Invalid(Reason.UNDECODABLE, f"the compressed body has more than {_MAX_GZIP_MEMBERS} members")
