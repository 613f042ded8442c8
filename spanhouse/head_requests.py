"""Answers HEAD wherever GET is answered, as HTTP asks of servers (RFC 9110, 9.1) and FastAPI does not."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any


class HeadAsGet:
    """An ASGI layer that shows HEAD to the application as GET; the server under it leaves the body out.

    Args:
        app: The application.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """The ASGI entry point."""
        # A copy: the server goes by the scope it made.
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)
