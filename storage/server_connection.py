"""One HTTP connection to a ClickHouse server, for the few statements that ingest sends many times a second.

The driver makes a URL, headers and objects anew for each call and copies what is sent, which is more work
than all else that a collector does with a request. Here bytes go from where they lie to the socket. What is
sent must be harmless to repeat: a server may close a connection just when it is used again.
"""

from __future__ import annotations

import base64
import itertools
import socket
import ssl
import struct
import time
from collections.abc import Sequence

from httptools import HttpParserError, HttpResponseParser

from storage.endpoint import ServerEndpoint

# Longer than a write may take (storage/writer.py) and than unpacking a bundle takes on a busy server.
_ANSWER_SECONDS = 300
_CONNECT_SECONDS = 10.0
# A connection that was closed meanwhile says so at once; whatever fails later was under way.
_STALE_SECONDS = 2.0
_READ_BYTES = 64 * 1024
# What one call of sendmsg takes (IOV_MAX).
_MOST_PARTS = 1024
_CODE_HEADER = b"x-clickhouse-exception-code"


class ServerRefusal(Exception):
    """The server answered with an error.

    Attributes:
        code: ClickHouse's, if it gave one.
    """

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code


class ServerConnection:
    """Opened when it is first used and whenever it was closed. Not safe to share between threads."""

    def __init__(self, endpoint: ServerEndpoint) -> None:
        self._endpoint = endpoint
        self._socket: socket.socket | None = None
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        login = base64.b64encode(f"{endpoint.username}:{endpoint.password}".encode()).decode()
        self._headers = (
            f" HTTP/1.1\r\nHost: {host}:{endpoint.port}\r\nAuthorization: Basic {login}\r\n"
            "User-Agent: spanhouse\r\n"
        ).encode()

    def post(self, target: bytes, parts: Sequence[bytes], content_type: str = "") -> bytes:
        """Sends one request and returns the body of its answer.

        Args:
            target: Path and query of the URL.
            parts: The body, in pieces that are sent one after the other.
            content_type: Of the body, where it matters.

        Raises:
            ServerRefusal: The server answered with an error.
            OSError: No answer; what was sent may have been done.
        """
        length = f"Content-Length: {sum(map(len, parts))}\r\n"
        kind = f"Content-Type: {content_type}\r\n" if content_type else ""
        head = b"".join((b"POST ", target, self._headers, kind.encode(), length.encode(), b"\r\n"))
        reused = self._socket is not None and not self._is_closed(self._socket)
        began = time.monotonic()
        try:
            answer = self._exchange([head, *parts], reused=reused)
        except (ConnectionError, ssl.SSLEOFError):
            self.close()
            if not reused or time.monotonic() - began > _STALE_SECONDS:
                raise
            answer = self._exchange([head, *parts], reused=False)
        except BaseException:
            self.close()
            raise
        if not answer.keeps_alive:
            self.close()
        if answer.status != 200 or answer.code:
            raise ServerRefusal(answer.body.decode("utf-8", "replace").strip(), answer.code)
        return answer.body

    def close(self) -> None:
        """Closes it; using it again opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, parts: Sequence[bytes], *, reused: bool) -> _Answer:
        if not reused:
            self.close()
            self._socket = self._opened()
        assert self._socket is not None
        if isinstance(self._socket, ssl.SSLSocket):
            for part in parts:
                self._socket.sendall(part)
        else:
            _send(self._socket, parts)
        answer = _Answer()
        while not answer.complete:
            received = self._socket.recv(_READ_BYTES)
            if not received:
                raise ConnectionResetError("the server closed the connection")
            answer.feed(received)
        return answer

    def _opened(self) -> socket.socket:
        address = (self._endpoint.host, self._endpoint.port)
        opened = socket.create_connection(address, timeout=_CONNECT_SECONDS)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if self._endpoint.secure:
                context = ssl.create_default_context()
                opened = context.wrap_socket(opened, server_hostname=self._endpoint.host)
            # The kernel's limits, so that one call sends or receives without asking first whether it can.
            opened.settimeout(None)
            for limit in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
                opened.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", _ANSWER_SECONDS, 0))
        except BaseException:
            opened.close()
            raise
        return opened

    @staticmethod
    def _is_closed(opened: socket.socket) -> bool:
        """Whether the server has closed it; of an encrypted one that cannot be told beforehand."""
        if isinstance(opened, ssl.SSLSocket):
            return False
        try:
            opened.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


class _Answer:
    """An HTTP response, while it arrives."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._parts: list[bytes] = []
        self.complete = False
        self.code: int | None = None
        self.status = 0
        self.keeps_alive = False

    @property
    def body(self) -> bytes:
        """What has come of it."""
        return b"".join(self._parts)

    def feed(self, received: bytes) -> None:
        """More bytes."""
        try:
            self._parser.feed_data(received)
        except HttpParserError as error:
            raise ConnectionAbortedError("the server did not answer in HTTP") from error

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        if name.lower() == _CODE_HEADER and value.isdigit():
            self.code = int(value)

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.status = self._parser.get_status_code()
        self.keeps_alive = self._parser.should_keep_alive()
        self.complete = True


def _send(opened: socket.socket, parts: Sequence[bytes]) -> None:
    for start in range(0, len(parts), _MOST_PARTS):
        batch: list[bytes | memoryview] = list(parts[start : start + _MOST_PARTS])
        while batch:
            sent = opened.sendmsg(batch)
            # All of it, unless a signal came in between.
            ends = itertools.accumulate(map(len, batch))
            done = sum(1 for end in ends if end <= sent)
            left = sent - sum(map(len, batch[:done]))
            batch = batch[done:]
            if batch and left:
                batch[0] = memoryview(batch[0])[left:]
