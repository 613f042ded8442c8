"""One HTTP/2 stream as its connection and its call see it, and what a call must offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Call(Protocol):
    """What happens on one stream. All methods run in the listener's thread and must not block."""

    def received(self, part: bytes) -> None:
        """More of the request's body."""

    def ended(self) -> None:
        """The body is complete."""

    def aborted(self) -> None:
        """The client gave up; no answer can be sent."""

    def tick(self, waited_seconds: float) -> None:
        """Now and then, with the time since the call began."""


class Stream:
    """Sends one answer.

    Args:
        stream_id: Its number within its connection.
        writer: Sends frames.
        send_window: How many bytes of DATA the peer takes at first.
        began: `time.monotonic()`.
    """

    __slots__ = (
        "_writer",
        "began",
        "call",
        "closed",
        "half_closed",
        "promised_bytes",
        "send_window",
        "size_bytes",
        "stream_id",
        "unread",
    )

    def __init__(self, stream_id: int, writer: Writer, send_window: int, began: float) -> None:
        self.stream_id = stream_id
        self.send_window = send_window
        self.began = began
        self.unread = 0
        """Bytes received since the peer was last allowed to send more."""
        self.size_bytes = 0
        """Of the body, as far as it has come."""
        self.promised_bytes: int | None = None
        """Of the whole body, when the client said so."""
        self.half_closed = False
        """The request is complete."""
        self.closed = False
        """Answered, or given up."""
        self.call: Call | None = None
        self._writer = writer

    def answer(self, head: bytes, body: bytes, trailers: bytes) -> None:
        """Sends headers, body and trailers; does nothing when the stream is closed.

        Args:
            head: Header block; the whole answer when `trailers` is empty.
            body: Small: it is kept in memory until the peer takes it.
            trailers: Header block.
        """
        if not self.closed:
            self._writer.send_answer(self, head, body, trailers)


class Writer(Protocol):
    """The sending half of a connection."""

    def send_answer(self, stream: Stream, head: bytes, body: bytes, trailers: bytes) -> None:
        """See `Stream.answer`."""


class Application(Protocol):
    """What a listener serves."""

    def begin(self, stream: Stream, headers: Mapping[str, str]) -> Call | None:
        """A request's headers are there.

        Args:
            stream: For the answer, now or later.
            headers: Pseudo-headers among them; of repeated ones the last.

        Returns:
            None when it was answered already; what else it sends is thrown away.
        """

    def refuse_headers(self, stream: Stream, limit_bytes: int) -> None:
        """Answers a request with more than `limit_bytes` of headers, which nobody has looked at."""
