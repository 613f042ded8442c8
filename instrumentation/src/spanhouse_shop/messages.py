"""The shop's queue as its users see it: messages, and a connection to the broker.

One JSON object per line in each direction. Tracing of sending and processing is the services' business;
`headers` carries the creation context of a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from spanhouse_shop.ports import LOOPBACK

QUEUE = "orders"
QUEUE_SYSTEM = "shopqueue"


@dataclass(frozen=True, slots=True)
class Message:
    """An order on its way to the orders worker."""

    id: str
    visit_number: int
    sku: str
    quantity: int
    headers: dict[str, str]


class BrokerConnection:
    """One connection to the broker, opened when first used; requests on it are answered in turn.

    An async context manager: it closes the connection at its end.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._streams is not None:
            await self._hang_up(self._streams[1])

    async def put(self, message: Message) -> None:
        """Hand one message to the broker.

        Raises:
            ConnectionError: the broker is not there.
        """
        await self._ask({"put": asdict(message)})

    async def take(self, limit: int) -> list[Message]:
        """Take up to `limit` waiting messages, oldest first; empty when none waits.

        Raises:
            ConnectionError: the broker is not there.
        """
        answer = await self._ask({"take": limit})
        return [Message(**fields) for fields in answer["messages"]]

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_connection(LOOPBACK, self._port)
            reader, writer = self._streams
            try:
                writer.write(json.dumps(request).encode() + b"\n")
                await writer.drain()
                line = await reader.readline()
                if not line:
                    raise ConnectionResetError("the broker closed the connection")
            except (ConnectionError, asyncio.CancelledError):
                # A half-done exchange would give the next question this one's answer.
                await self._hang_up(writer)
                raise
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        self._streams = None
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
