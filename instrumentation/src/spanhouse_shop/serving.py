"""Puts an ASGI application on the port a service was promised, until the service is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.ports import bound_socket

# By this header a callee learns which visit it works for, and so what the story has in store for it.
VISIT_HEADER = "X-Shop-Visit"


def visit_headers(number: int) -> dict[str, str]:
    """The headers of a request made for visit `number`."""
    return {VISIT_HEADER: str(number)}


# Longer than any client here keeps an idle connection (httpx: 5 s). Where the server is the first to close,
# a request may go out on a connection that is just being closed, and is lost.
IDLE_SECONDS = 60


def server_config(app: Callable[..., Any]) -> uvicorn.Config:
    """How every service of the shop is served."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        interface="asgi3",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=2,
    )


async def serve(app: Callable[..., Any], context: ServiceContext) -> None:
    """Serve the ASGI application `app` until told to stop; requests in flight are finished."""
    server = _AnnouncingServer(server_config(app), context.announce_ready)
    stopping = asyncio.create_task(_exit_when(context.stop, server))
    with bound_socket(context.port) as sock:
        await server.serve(sockets=[sock])
    stopping.cancel()


async def _exit_when(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()
