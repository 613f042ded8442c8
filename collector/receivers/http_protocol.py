"""uvicorn's HTTP protocol, made fit for clients that are slow, hostile or merely Java.

Owns one connection: how long and how large its headers may be, offers to upgrade, half-closed clients.
Requests go on to the ASGI application as uvicorn hands them over.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_TIMEOUT_SECONDS = 20.0
MAX_HEADER_BYTES = 64 * 1024
_HEADERS_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)
_UPGRADE_HEADERS = frozenset((b"connection", b"upgrade", b"http2-settings"))


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes a connection whose headers take too long or grow too large; uvicorn itself waits and stores.

    Between requests of one connection uvicorn's keep-alive timeout rules; it ends when the first byte of the
    next request arrives, so the same timer is started there.
    """

    _header_timer: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _declines_upgrade = False

    def connection_made(self, transport: Any) -> None:
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._start_header_timer()

    def data_received(self, data: bytes) -> None:
        """Parse; go on without an upgrade that was offered; count what belongs to headers without an end."""
        self._unset_keepalive_if_required()
        was_read = self.scope if self._header_timer is not None else None
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if self._declines_upgrade:
                self._decline_upgrade(data[offer.args[0] :])
            return
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self.send_400_response("Invalid HTTP request received.")
            return
        if self._header_timer is not None and self.scope is was_read:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                self.transport.write(_HEADERS_TOO_LARGE)
                self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override] # uvicorn's never keeps a connection
        """Answer a client that has sent everything and closed its half, then hang up."""
        cycle = self.cycle
        if self.scheme == "https" or cycle is None or cycle.response_complete or cycle.more_body:
            return False
        cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """Restart the clock with each request."""
        super().on_message_begin()
        self._header_bytes = 0
        self._start_header_timer()

    def on_headers_complete(self) -> None:
        """Stop it: from here on the body's own limit counts."""
        self._stop_header_timer()
        # CONNECT "upgrades" too; the application refuses it like other methods.
        self._declines_upgrade = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._declines_upgrade:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Hand the end of the body over; an offer to upgrade ends before its body."""
        if not self._declines_upgrade:
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop_header_timer()
        super().connection_lost(exc)

    def _decline_upgrade(self, rest: bytes) -> None:
        # The parser stops behind the headers of an offer and would take the body for the other protocol. A
        # server that does not upgrade has to read on in HTTP/1.1 (RFC 9110, 7.8), so a new parser gets the
        # same request without the offer.
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        head = [method, b" ", self.url, b" HTTP/", version, b"\r\n"]
        for name, value in self.headers:
            if name not in _UPGRADE_HEADERS:
                head += [name, b": ", value, b"\r\n"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    def _start_header_timer(self) -> None:
        self._stop_header_timer()
        self._header_timer = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self.transport.close)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None
