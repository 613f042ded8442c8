"""Reads a request body within its limits of size, memory and time; undoes compression before memory grows."""

from __future__ import annotations

import asyncio
import zlib

from collector.budget import Reservation
from collector.limits import Limits
from collector.receivers.http_exchange import ClientGone, HttpRequest
from collector.refusal import Invalid, Reason, Refusal, TooLarge, Unavailable

# zlib window sizes; 16 more means a gzip header. The specification asks for gzip; some SDKs can send deflate.
_WINDOW_BITS = {"gzip": 31, "deflate": 15}
_STEP_BYTES = 256 * 1024
_MAX_GZIP_MEMBERS = 1000
"""Concatenated members are legal gzip; thousands of empty ones only cost time."""
_INLINE_INFLATE_BYTES = 32 * 1024
"""Compressed bodies above this are inflated in a thread: the event loop serves others meanwhile."""


class SlowBody(Refusal):
    """The client did not send its body in time. HTTP 408."""


class UnsupportedEncoding(Refusal):
    """A content-encoding or content-type that is not served. HTTP 415."""


class BodyReader:
    """Reads bodies for one listener.

    Args:
        limits: Size after decompression, time for the whole body, retry hint.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def read(self, request: HttpRequest, held: Reservation) -> bytes:
        """The decompressed body.

        Args:
            request: Its body has not been touched yet.
            held: Grows with every byte kept, before it is kept.

        Raises:
            TooLarge: Over `max_request_bytes`, as sent or decompressed.
            SlowBody: Not complete in time.
            UnsupportedEncoding: Not gzip, deflate or identity.
            Invalid: Not what the content-encoding says.
            Unavailable: No room in the byte budget.
            ClientGone: The client hung up.
        """
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in (*_WINDOW_BITS, "identity", ""):
            raise UnsupportedEncoding(
                Reason.UNSUPPORTED, "content-encoding must be gzip, deflate or identity"
            )
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limits.max_request_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._limits.body_read_timeout_seconds):
                body = await self._receive(request, held)
        except TimeoutError:
            raise SlowBody(
                Reason.TIMED_OUT,
                f"the body was not complete after {self._limits.body_read_timeout_seconds:g} seconds",
            ) from None
        window_bits = _WINDOW_BITS.get(encoding)
        if window_bits is None:
            return body
        if len(body) > _INLINE_INFLATE_BYTES:
            return await asyncio.to_thread(self._inflate, body, window_bits, held)
        return self._inflate(body, window_bits, held)

    async def _receive(self, request: HttpRequest, held: Reservation) -> bytes:
        parts: list[bytes] = []
        size_bytes = 0
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part: bytes = message.get("body", b"")
            size_bytes += len(part)
            self._take(size_bytes, len(part), held)
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def _inflate(self, body: bytes, window_bits: int, held: Reservation) -> bytes:
        parts: list[bytes] = []
        size_bytes = 0
        for _ in range(_MAX_GZIP_MEMBERS):
            member = zlib.decompressobj(window_bits)
            rest = body
            while not member.eof:
                try:
                    part = member.decompress(rest, _STEP_BYTES)
                except zlib.error as error:
                    raise Invalid(Reason.UNDECODABLE, "the body is not in its content-encoding") from error
                rest = member.unconsumed_tail
                size_bytes += len(part)
                self._take(size_bytes, len(part), held)
                parts.append(part)
                if not part and not rest and not member.eof:
                    raise Invalid(Reason.UNDECODABLE, "the compressed body ends early")
            # RFC 1952 allows further members; some writers pad with zeros.
            body = member.unused_data.lstrip(b"\0")
            if not body:
                return b"".join(parts)
        raise Invalid(Reason.UNDECODABLE, f"the compressed body has more than {_MAX_GZIP_MEMBERS} members")

    def _take(self, total_bytes: int, part_bytes: int, held: Reservation) -> None:
        if total_bytes > self._limits.max_request_bytes:
            raise self._too_large()
        if not held.grow(part_bytes):
            raise Unavailable(
                Reason.OVERLOADED,
                "too many bytes are waiting to be stored",
                self._limits.retry_after_seconds,
            )

    def _too_large(self) -> TooLarge:
        return TooLarge(
            Reason.TOO_LARGE,
            f"the request is larger than {self._limits.max_request_bytes} bytes after decompression",
        )
