"""The queue's broker, a process nobody instrumented: it keeps messages in memory, oldest first."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import Any

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.ports import bound_socket

_MAX_WAITING = 10_000


async def run(context: ServiceContext) -> None:
    """Answer `put` and `take` until told to stop."""
    waiting: deque[dict[str, Any]] = deque(maxlen=_MAX_WAITING)
    conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                answer = _answer(json.loads(line), waiting)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.create_task(converse(reader, writer))
        conversations[conversation] = writer
        conversation.add_done_callback(conversations.pop)

    server = await asyncio.start_server(begin, sock=bound_socket(context.port))
    context.announce_ready()
    await context.stop.wait()
    server.close()
    for writer in conversations.values():
        writer.close()
    await asyncio.gather(*conversations)


def _answer(request: dict[str, Any], waiting: deque[dict[str, Any]]) -> dict[str, Any]:
    if "put" in request:
        waiting.append(request["put"])
        return {}
    count = min(request["take"], len(waiting))
    return {"messages": [waiting.popleft() for _ in range(count)]}
