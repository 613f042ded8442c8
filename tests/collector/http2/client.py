"""A client that writes HTTP/2 frames one by one, right or wrong, and reads what comes back."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

import hpack

from collector.http2 import frames
from collector.http2.frames import Flag, Kind

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
HEADERS = ((":method", "POST"), (":path", EXPORT), (":scheme", "http"), ("content-type", "application/grpc"))


@dataclass(frozen=True, slots=True)
class Received:
    """A frame from the server."""

    kind: int
    flags: int
    stream_id: int
    payload: bytes


class FrameClient:
    """One connection; use as a context manager."""

    def __init__(self, port: int, *, greets: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket, server_hostname="127.0.0.1")
        self._encoder = hpack.Encoder()
        self._decoder = hpack.Decoder()
        self._read = b""
        if greets:
            self.send(frames.PREFACE + frames.settings({}))

    def __enter__(self) -> FrameClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def block(self, headers: tuple[tuple[str, str], ...] = HEADERS) -> bytes:
        # The Huffman code takes the encoder seconds for what is large.
        return bytes(self._encoder.encode(list(headers), huffman=len(str(headers)) < 4096))

    def headers(self, stream_id: int, headers: tuple[tuple[str, str], ...] = HEADERS, flags: int = 0) -> None:
        self.send(frames.frame(Kind.HEADERS, Flag.END_HEADERS | flags, stream_id, self.block(headers)))

    def data(self, stream_id: int, payload: bytes, flags: int = Flag.END_STREAM) -> None:
        self.send(frames.frame(Kind.DATA, flags, stream_id, payload))

    def next(self) -> Received | None:
        """The next frame; None when the server has closed."""
        while len(self._read) < 9 or len(self._read) < 9 + frames.read_header(self._read, 0)[0]:
            part = self._socket.recv(65536)
            if not part:
                return None
            self._read += part
        size, kind, flags, stream_id = frames.read_header(self._read, 0)
        payload, self._read = self._read[9 : 9 + size], self._read[9 + size :]
        return Received(kind, flags, stream_id, payload)

    def until(self, kind: Kind) -> Received:
        """The next frame of a kind; others are passed over."""
        while (received := self.next()) is not None:
            if received.kind == kind:
                return received
        raise AssertionError(f"the server closed before {kind!r}")

    def decoded(self, received: Received) -> dict[str, str]:
        return {str(name): str(value) for name, value in self._decoder.decode(received.payload)}

    def trailers(self, stream_id: int) -> dict[str, str]:
        """The headers of an answer, with those after its body."""
        found: dict[str, str] = {}
        while True:
            received = self.until(Kind.HEADERS)
            if received.stream_id == stream_id:
                found |= self.decoded(received)
                if received.flags & Flag.END_STREAM:
                    return found

    def reset(self) -> tuple[int, frames.Code]:
        """The next stream that the server resets, and why."""
        received = self.until(Kind.RST_STREAM)
        return received.stream_id, frames.Code(int.from_bytes(received.payload, "big"))

    def error(self) -> frames.Code:
        """Why the server closes; it then does."""
        code = frames.Code(int.from_bytes(self.until(Kind.GOAWAY).payload[4:8], "big"))
        while self.next() is not None:
            pass
        return code


def message(body: bytes, *, compressed: int = 0) -> bytes:
    """A gRPC message with its prefix."""
    return bytes((compressed,)) + len(body).to_bytes(4, "big") + body
