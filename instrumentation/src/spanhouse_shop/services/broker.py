"""The queue's broker, a process nobody instrumented: it keeps messages in memory, oldest first."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.ports import bound_socket

_MAX_WAITING = 10_000


async def run(context: ServiceContext) -> None:
    """Answer `put` and `take` until told to stop."""
    waiting: deque[dict[str, Any]] = deque(maxlen=_MAX_WAITING)
    writers: set[asyncio.StreamWriter] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            while line := await reader.readline():
                answer = _answer(json.loads(line), waiting)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(converse, sock=bound_socket(context.port))
    context.announce_ready()
    await context.stop.wait()
    server.close()
    for writer in list(writers):
        writer.close()


def _answer(request: dict[str, Any], waiting: deque[dict[str, Any]]) -> dict[str, Any]:
    if "put" in request:
        waiting.append(request["put"])
        return {}
    count = min(request["take"], len(waiting))
    return {"messages": [waiting.popleft() for _ in range(count)]}
