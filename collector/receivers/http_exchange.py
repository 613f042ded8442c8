"""One HTTP request and its answer in ASGI terms. Owns framing of answers; knows nothing of OTLP or Zipkin."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a handler sees before it decides to read the body.

    Attributes:
        headers: Names in lower case; of repeated ones the last.
        receive: ASGI's source of body parts.
    """

    method: str
    path: str
    headers: dict[str, str]
    receive: Receive


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A complete answer.

    Attributes:
        hangs_up: Close the connection at once, whatever the client is still sending.
    """

    status: int
    body: bytes = b""
    media_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


class ClientGone(Exception):
    """The client hung up before its request was complete; there is nobody to answer."""


class HttpApp(ABC):
    """An ASGI application that turns each request into one `HttpAnswer`.

    A refused request's body is read to its end and thrown away before the answer, since most clients look
    for the answer only after they have sent everything: closing on them would turn a 413 into a reset.

    Args:
        max_discarded_bytes: How much of a refused body is read before hanging up after all.
        discard_timeout_seconds: How long that may take.
    """

    def __init__(self, max_discarded_bytes: int, discard_timeout_seconds: float) -> None:
        self._max_discarded_bytes = max_discarded_bytes
        self._discard_timeout_seconds = discard_timeout_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI entry point; anything but HTTP is closed."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close"})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = _BodySource(receive)
        request = HttpRequest(scope["method"], scope["path"], headers, body.receive)
        try:
            answer = await self.answer(request)
        except ClientGone:
            return
        except Exception:  # a defect answers as one; the client learns nothing about our insides
            logger.exception("an HTTP export failed")
            answer = self.defect(request)
        hangs_up = answer.hangs_up or not await self._discard(body)
        await _send_answer(answer, send, hangs_up)

    async def _discard(self, body: _BodySource) -> bool:
        """Read the rest of a body for nothing; tell whether its end was reached."""
        if body.complete:
            return True
        left_bytes = self._max_discarded_bytes
        try:
            async with asyncio.timeout(self._discard_timeout_seconds):
                while not body.complete and left_bytes > 0:
                    left_bytes -= len((await body.receive()).get("body", b""))
        except TimeoutError:
            return False
        return body.complete

    @abstractmethod
    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """Handle one request.

        Raises:
            ClientGone: Nobody waits for an answer.
        """

    @abstractmethod
    def defect(self, request: HttpRequest) -> HttpAnswer:
        """The answer when `answer` raised something it should not."""


class _BodySource:
    """ASGI's `receive` that remembers whether the body has ended."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.complete = False

    async def receive(self) -> Message:
        """The next part."""
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        return message


async def _send_answer(answer: HttpAnswer, send: Send, hangs_up: bool) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.media_type:
        headers.append((b"content-type", answer.media_type.encode()))
    if hangs_up:
        headers.append((b"connection", b"close"))
    headers += [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
