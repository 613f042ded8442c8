"""uvicorn's HTTP protocol with a time limit for headers, which uvicorn itself does not have (slow loris)."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_TIMEOUT_SECONDS = 20.0


class HeaderTimeoutProtocol(HttpToolsProtocol):
    """Closes a connection that has not completed the headers of its first request in time.

    Between requests of one connection uvicorn's keep-alive timeout rules; it ends when the first byte of the
    next request arrives, so the same timer is started there.
    """

    _header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._start_header_timer()

    def on_message_begin(self) -> None:
        """Restart it with each request."""
        super().on_message_begin()
        self._start_header_timer()

    def on_headers_complete(self) -> None:
        """Stop it: from here on the body's own limit counts."""
        self._stop_header_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop_header_timer()
        super().connection_lost(exc)

    def _start_header_timer(self) -> None:
        self._stop_header_timer()
        self._header_timer = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self.transport.close)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None
