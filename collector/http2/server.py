"""A listener for HTTP/2: one port, one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

import uvloop

from collector.http2.connection import Connection
from collector.http2.stream import Application

_BACKLOG = 2048
_TICK_SECONDS = 0.25
_CLOSE_SECONDS = 1.0


class Http2Server:
    """Serves one application.

    Args:
        application: Made in the server's thread, with its loop.
        host: Address to bind.
        port: Port to bind; 0 for any free one.
        tls: Already loaded certificates; plain text ("prior knowledge") without.
        shares_port: Let other processes listen on the same port; the kernel spreads connections over them.
        max_streams: Requests of one connection at the same time.
    """

    def __init__(
        self,
        application: Callable[[asyncio.AbstractEventLoop], Application],
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        shares_port: bool = False,
        max_streams: int,
    ) -> None:
        self._make_application = application
        self._host = host
        self._requested_port = port
        self._tls = tls
        self._shares_port = shares_port
        self._max_streams = max_streams
        self._connections: set[Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Future[float] | None = None
        self._changed = asyncio.Event()
        self.port = 0
        """The bound port, after `start`."""

    def start(self) -> None:
        """Bind, then serve in a thread; connections are accepted by the kernel from now on.

        Raises:
            OSError: The port cannot be bound.
        """
        listener = socket.create_server(
            (self._host, self._requested_port),
            family=socket.AF_INET6 if ":" in self._host else socket.AF_INET,
            backlog=_BACKLOG,
            reuse_port=self._shares_port,
            dualstack_ipv6=self._host == "::" and socket.has_dualstack_ipv6(),
        )
        self.port = listener.getsockname()[1]
        loop = self._loop = uvloop.new_event_loop()
        self._stop = loop.create_future()
        self._thread = threading.Thread(
            target=self._run, args=(loop, listener), name=f"http2-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self, drain_seconds: float) -> None:
        """Stop accepting, give running requests time to be answered, then close."""
        if self._loop is None or self._thread is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set_result, drain_seconds)
        self._thread.join()
        self._loop = self._thread = self._stop = None

    def _run(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._serve(loop, listener))

    async def _serve(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        assert self._stop is not None
        application = self._make_application(loop)

        def connected() -> Connection:
            connection = Connection(application, self._max_streams, self._gone)
            self._connections.add(connection)
            return connection

        server = await loop.create_server(connected, sock=listener, ssl=self._tls)
        ticking = asyncio.create_task(self._tick())
        drain_seconds = await self._stop
        server.close()
        for end, patience_seconds in (
            (Connection.go_away, drain_seconds),
            (Connection.close, _CLOSE_SECONDS),
            (Connection.abort, _CLOSE_SECONDS),
        ):
            for connection in list(self._connections):
                end(connection)
            if await self._all_gone(patience_seconds):
                break
        ticking.cancel()

    async def _all_gone(self, patience_seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                while self._connections:
                    self._changed.clear()
                    await self._changed.wait()
        return not self._connections

    def _gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._changed.set()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = time.monotonic()
            for connection in list(self._connections):
                connection.tick(now)
