"""Reads a request body within its limits of size, memory and time; undoes compression before memory grows."""

from __future__ import annotations

import asyncio

from collector.budget import Reservation
from collector.intake import ENCODINGS, INLINE_INFLATE_BYTES, Intake
from collector.limits import Limits
from collector.receivers.http_exchange import ClientGone, HttpRequest
from collector.refusal import Reason, Refusal


class SlowBody(Refusal):
    """The client did not send its body in time. HTTP 408."""


# RFC 9110, 8.4.1.3.
_OLD_NAMES = {"x-gzip": "gzip"}


class UnsupportedType(Refusal):
    """A content-type that is not served. HTTP 415."""


class UnsupportedEncoding(UnsupportedType):
    """A content-encoding that is not served. HTTP 415 that names those that are."""


class BodyReader:
    """Reads bodies for one listener.

    Args:
        limits: Size after decompression, time for the whole body, retry hint.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._intake = Intake(limits)

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
        encoding = _OLD_NAMES.get(encoding, encoding)
        if encoding not in (*ENCODINGS, "identity", ""):
            raise UnsupportedEncoding(
                Reason.UNSUPPORTED, "content-encoding must be gzip, deflate or identity"
            )
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limits.max_request_bytes:
            raise self._intake.too_large()
        try:
            async with asyncio.timeout(self._limits.body_read_timeout_seconds):
                body = await self._receive(request, held)
        except TimeoutError:
            raise SlowBody(
                Reason.TIMED_OUT,
                f"the body was not complete after {self._limits.body_read_timeout_seconds:g} seconds",
            ) from None
        if encoding not in ENCODINGS:
            return body
        if len(body) > INLINE_INFLATE_BYTES:
            return await asyncio.to_thread(self._intake.inflated, body, encoding, held)
        return self._intake.inflated(body, encoding, held)

    async def _receive(self, request: HttpRequest, held: Reservation) -> bytes:
        parts: list[bytes] = []
        size_bytes = 0
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part: bytes = message.get("body", b"")
            size_bytes += len(part)
            self._intake.take(size_bytes, len(part), held)
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)
