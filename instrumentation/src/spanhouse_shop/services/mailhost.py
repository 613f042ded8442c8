"""The third party's mail API, a process nobody instrumented.

A bare ASGI callable: a real third party would not share our framework either.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.serving import VISIT_HEADER, serve


async def run(context: ServiceContext) -> None:
    """Accept every message, after the time the story gives it."""

    async def accept(
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[object]],
        send: Callable[[Mapping[str, object]], Awaitable[None]],
    ) -> None:
        headers = dict(scope["headers"])
        await context.work("mailhost", int(headers[VISIT_HEADER.lower().encode()]))
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    await serve(accept, context)
