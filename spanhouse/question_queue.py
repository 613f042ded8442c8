"""Lets so many questions work at the same time; others wait their turn, in the order they came.

A question keeps a core busy, in the engine and here: more at once make each slower, and take from ingest what
it has in the same process. What costs nothing (health, metrics, static files) does not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

_FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/docs", "/openapi.json", "/favicon.ico")


class QuestionQueue:
    """An ASGI application around another.

    Args:
        app: Answers.
        at_once: Questions that work at the same time.
    """

    def __init__(self, app: Any, at_once: int) -> None:
        self._app = app
        self._room = asyncio.Semaphore(at_once)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Serves one connection event."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        await self._room.acquire()
        holds = True

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal holds
            # The work is done; a client that reads slowly holds up nobody.
            if holds:
                holds = False
                self._room.release()
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            if holds:
                self._room.release()
