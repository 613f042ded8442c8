"""Runs one ASGI application on one port: uvicorn in a thread and event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import uvicorn

from collector.receivers.http_protocol import BoundedHttpProtocol
from collector.tls import TlsFiles

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 75


class HttpServer:
    """A listener for one application.

    Args:
        app: ASGI.
        host: Address to bind.
        port: Port to bind; 0 for any free one.
        tls: Certificate files; plain text without.
        shares_port: Let other processes listen on the same port; the kernel spreads connections over them.
    """

    def __init__(
        self, app: Any, host: str, port: int, tls: TlsFiles | None = None, shares_port: bool = False
    ) -> None:
        self._app = app
        self._host = host
        self._requested_port = port
        self._tls = tls
        self._shares_port = shares_port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.port = 0
        """The bound port, after `start`."""

    def start(self) -> None:
        """Bind, then serve in a thread; connections are accepted by the kernel from now on.

        Raises:
            OSError: The port cannot be bound or a certificate file cannot be read.
        """
        context = self._tls.http1_context() if self._tls else None
        config = uvicorn.Config(
            self._app,
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            ssl_context_factory=(lambda *_: context) if context else None,
        )
        config.load()
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.create_server(
            (self._host, self._requested_port),
            family=family,
            backlog=_BACKLOG,
            reuse_port=self._shares_port,
        )
        self.port = listener.getsockname()[1]
        server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._serve, args=(server, listener), name=f"http-{self.port}", daemon=True
        )
        self._server = server
        self._thread.start()

    def stop(self, drain_seconds: float) -> None:
        """Stop accepting, give running requests time to be answered, then close."""
        if self._server is None or self._thread is None:
            return
        self._server.config.timeout_graceful_shutdown = max(1, round(drain_seconds))
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    @staticmethod
    def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
        with listener, asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listener]))
