"""A header block while it comes: one HEADERS frame and the CONTINUATIONs that complete it. Pure."""

from __future__ import annotations

from collector.http2.frames import Code, ConnectionFailed

# A block has to be read to its end even when its request is refused: those that follow are compressed by what
# it says (RFC 9113 §10.5.1). A client that sends more than this is not worth the time.
MAX_BLOCK_BYTES = 128 * 1024


class HeaderBlock:
    """What has come of one block.

    Attributes:
        stream_id: Where it belongs.
        flags: Of its HEADERS frame.
    """

    __slots__ = ("_fragments", "_size_bytes", "flags", "stream_id")

    def __init__(self, stream_id: int, flags: int, fragment: bytes) -> None:
        self.stream_id = stream_id
        self.flags = flags
        self._fragments = [fragment]
        self._size_bytes = len(fragment)

    def add(self, stream_id: int, fragment: bytes) -> None:
        """Takes a CONTINUATION's payload.

        Raises:
            ConnectionFailed: It belongs to another stream, or the block is too large to be read for nothing.
        """
        if stream_id != self.stream_id:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "a CONTINUATION of nothing")
        self._fragments.append(fragment)
        self._size_bytes += len(fragment)
        if self._size_bytes > MAX_BLOCK_BYTES:
            raise ConnectionFailed(Code.ENHANCE_YOUR_CALM, "headers without end")

    def whole(self) -> bytes:
        """Its bytes."""
        return b"".join(self._fragments)
