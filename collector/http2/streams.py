"""Which streams of a connection are open, and which have ended before the client could know."""

from __future__ import annotations

from collections.abc import Iterator

from collector.http2.frames import Code, ConnectionFailed
from collector.http2.stream import Stream

# Of those that ended early; what comes for older ones is answered with an error of the stream.
_MAX_CUT_SHORT = 1_000


class Streams:
    """The streams of one connection.

    Attributes:
        last_id: The highest number the client has used.
    """

    def __init__(self) -> None:
        self._open: dict[int, Stream] = {}
        self._cut_short: dict[int, None] = {}
        self.last_id = 0

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Stream]:
        """Over the open ones; they may be closed meanwhile."""
        return iter(list(self._open.values()))

    def get(self, stream_id: int) -> Stream | None:
        """An open stream."""
        return self._open.get(stream_id)

    def add(self, stream: Stream) -> None:
        """Opens a stream."""
        self._open[stream.stream_id] = stream

    def pop(self, stream_id: int) -> Stream | None:
        """Closes a stream, if it is open."""
        return self._open.pop(stream_id, None)

    def clear(self) -> list[Stream]:
        """Closes all and returns them."""
        streams, self._open = list(self._open.values()), {}
        return streams

    def cut(self, stream_id: int) -> None:
        """Notes that we ended a stream which the client had not: what is on its way is no mistake."""
        self._cut_short[stream_id] = None
        if len(self._cut_short) > _MAX_CUT_SHORT:
            del self._cut_short[next(iter(self._cut_short))]

    def was_cut(self, stream_id: int, *, ends: bool) -> bool:
        """Whether a frame is for such a stream; `ends`: the client has ended it now too."""
        if stream_id not in self._cut_short:
            return False
        if ends:
            del self._cut_short[stream_id]
        return True

    def check_not_idle(self, stream_id: int) -> None:
        """Raises `ConnectionFailed` for a stream that was never opened."""
        if stream_id > self.last_id:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "a frame on a stream that was not opened")
