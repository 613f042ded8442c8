"""The sending half of a connection: answers in frames, within the windows that the peer has opened."""

from __future__ import annotations

from asyncio import Transport
from collections import deque
from collections.abc import Callable

from collector.http2.frames import (
    DEFAULT_WINDOW,
    LARGEST_WINDOW,
    SMALLEST_MAX_FRAME,
    Code,
    ConnectionFailed,
    Flag,
    Kind,
    frame,
    reset,
)
from collector.http2.stream import Stream


class Outbox:
    """Collects frames and writes them together.

    Args:
        schedule: Runs a function when the loop comes round again.
        closed: Told about each stream that was answered.
    """

    def __init__(
        self, schedule: Callable[[Callable[[], None]], object], closed: Callable[[Stream], None]
    ) -> None:
        self._schedule = schedule
        self._closed = closed
        self._transport: Transport | None = None
        self._frames: list[bytes] = []
        self._waiting: deque[tuple[Stream, bytes, bytes]] = deque()
        self._window = DEFAULT_WINDOW
        self.initial_window = DEFAULT_WINDOW
        """Of new streams, as the peer set it."""

    def attach(self, transport: Transport | None) -> None:
        """Gives it a connection, or takes it away."""
        self._transport = transport

    def put(self, data: bytes) -> None:
        """Sends whole frames soon."""
        if not self._frames:
            self._schedule(self.flush)
        self._frames.append(data)

    def flush(self) -> None:
        """Sends now what was put."""
        frames, self._frames = self._frames, []
        if frames and self._transport is not None:
            self._transport.write(b"".join(frames))

    def send_answer(self, stream: Stream, head: bytes, body: bytes, trailers: bytes) -> None:
        """See `Stream.answer`."""
        stream.closed = True
        flags = Flag.END_HEADERS if trailers else Flag.END_HEADERS | Flag.END_STREAM
        self.put(frame(Kind.HEADERS, flags, stream.stream_id, head))
        if not trailers:
            self._finish(stream)
        elif self._takes(stream, body):
            self._send_rest(stream, body, trailers)
        else:
            self._waiting.append((stream, body, trailers))

    def widen(self, size_bytes: int, stream: Stream | None) -> None:
        """The peer takes more, on a stream or at all.

        Raises:
            ConnectionFailed: More than there can be.
        """
        if stream is not None:
            stream.send_window += size_bytes
        else:
            self._window += size_bytes
        if max(self._window, stream.send_window if stream else 0) > LARGEST_WINDOW:
            raise ConnectionFailed(Code.FLOW_CONTROL_ERROR, "a window grew too large")
        self._send_waiting()

    def reopen(self, initial_window: int) -> int:
        """The peer sets the window of streams; returns by how much it grew."""
        grown = initial_window - self.initial_window
        self.initial_window = initial_window
        return grown

    def forget(self, stream: Stream) -> None:
        """The peer gave the stream up."""
        self._waiting = deque(entry for entry in self._waiting if entry[0] is not stream)

    def _send_waiting(self) -> None:
        still: deque[tuple[Stream, bytes, bytes]] = deque()
        for stream, body, trailers in self._waiting:
            if self._takes(stream, body):
                self._send_rest(stream, body, trailers)
            else:
                still.append((stream, body, trailers))
        self._waiting = still

    def _takes(self, stream: Stream, body: bytes) -> bool:
        # Bodies are far smaller than any peer's window is after a moment: sent whole or not yet.
        return len(body) <= min(self._window, stream.send_window)

    def _send_rest(self, stream: Stream, body: bytes, trailers: bytes) -> None:
        self._window -= len(body)
        stream.send_window -= len(body)
        number = stream.stream_id
        for start in range(0, len(body), SMALLEST_MAX_FRAME):
            self.put(frame(Kind.DATA, 0, number, body[start : start + SMALLEST_MAX_FRAME]))
        self.put(frame(Kind.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, number, trailers))
        self._finish(stream)

    def _finish(self, stream: Stream) -> None:
        if not stream.half_closed:
            # Answered before the request was complete: the rest need not be sent (RFC 9113 §8.1).
            self.put(reset(stream.stream_id, Code.NO_ERROR))
        self._closed(stream)
