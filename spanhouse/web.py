"""Runs an ASGI application on an open socket in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import uvicorn

from collector.receivers.http_protocol import BoundedHttpProtocol
from spanhouse.head_requests import HeadAsGet

START_SECONDS = 30.0
# Long-lived responses (pages that refresh by themselves) must not hold up the end of the process.
DRAIN_SECONDS = 5
# Longer than proxies and client libraries keep an idle connection, most of them 60 s: whoever closes first
# must not be us, or a request that is just being sent is lost.
_KEEP_ALIVE_SECONDS = 75


class WebServer:
    """One HTTP listener. `stop` lets requests finish."""

    def __init__(self, app: Any, listening: socket.socket, name: str) -> None:
        config = uvicorn.Config(
            HeadAsGet(app),
            http=BoundedHttpProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._socket = listening
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name=name, daemon=True
        )

    def start(self) -> None:
        """Returns when requests are answered.

        Raises:
            RuntimeError: The listener did not come up; its own log record says why.
        """
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"{self._thread.name} did not start; see the log above")
            time.sleep(0.005)

    def stop(self) -> None:
        """Closes the listener, lets requests finish for a few seconds."""
        self._server.should_exit = True
        self._thread.join(DRAIN_SECONDS + 2)
        self._socket.close()
