"""One HTTP/2 connection: takes frames apart, keeps the rules of RFC 9113, hands requests to the application.

Written for many small calls: a read with a hundred is taken apart in one go, and their answers go out in one
write. Memory: a partial frame here; what calls keep of bodies is theirs to bound.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import cast

from collector.http2 import frames
from collector.http2.frames import Code, ConnectionFailed, Flag, Kind, Setting, StreamFailed
from collector.http2.hanging_up import hang_up
from collector.http2.header_block import HeaderBlock
from collector.http2.header_decoder import HeaderDecoder, Pairs
from collector.http2.outbox import Outbox
from collector.http2.request_headers import KnownHeaders, check_trailers
from collector.http2.stream import Application, Stream
from collector.http2.streams import Streams

logger = logging.getLogger(__name__)

MAX_HEADER_LIST_BYTES = 16 * 1024
_MAX_FRAME_BYTES = 64 * 1024
_STREAM_WINDOW = 1024 * 1024
_CONNECTION_WINDOW = 16 * 1024 * 1024
_HEADERS_SECONDS = 20.0
# Frames that cost us more than the peer, each paid for by a request: pings, settings, resets, empty parts.
_MAX_NUISANCES = 10_000


class Connection(asyncio.Protocol):
    """The protocol object of one connection.

    Args:
        application: Serves the requests.
        max_streams: Requests at the same time.
        closed: Told when the connection is gone.
    """

    def __init__(
        self, application: Application, max_streams: int, closed: Callable[[Connection], None]
    ) -> None:
        self._application = application
        self._max_streams = max_streams
        self._closed = closed
        self._outbox = Outbox(asyncio.get_running_loop().call_soon, self._stream_closed)
        self._transport: asyncio.Transport | None = None
        self._decoder = HeaderDecoder(MAX_HEADER_LIST_BYTES)
        self._streams = Streams()
        self._rest = bytearray()
        self._greeting_left = len(frames.PREFACE)
        self._unread = 0
        self._nuisances = 0
        self._since = time.monotonic()
        self._block: HeaderBlock | None = None
        self._goes_away = False
        self._left = False
        self._known_headers = KnownHeaders()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tells the peer our limits."""
        # uvloop's transports have the methods, not the base class.
        self._transport = cast("asyncio.Transport", transport)
        self._outbox.attach(self._transport)
        self._outbox.put(
            frames.settings(
                {
                    Setting.MAX_CONCURRENT_STREAMS: self._max_streams,
                    Setting.INITIAL_WINDOW_SIZE: _STREAM_WINDOW,
                    Setting.MAX_FRAME_SIZE: _MAX_FRAME_BYTES,
                    Setting.MAX_HEADER_LIST_SIZE: MAX_HEADER_LIST_BYTES,
                }
            )
            + frames.window_update(0, _CONNECTION_WINDOW - frames.DEFAULT_WINDOW)
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what is under way."""
        self._outbox.attach(None)
        for stream in self._streams.clear():
            self._abort(stream)
        self._closed(self)

    def pause_writing(self) -> None:
        """A peer that does not read what we answer is not read either."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Goes on."""
        if self._transport is not None:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Takes frames apart."""
        if self._left:
            return
        try:
            start = self._greeting_end(data) if self._greeting_left else 0
            self._read(data, self._complete_rest(data, start) if self._rest else start)
        except ConnectionFailed as failed:
            self._fail(failed)

    def go_away(self) -> None:
        """Asks the peer to go elsewhere; what is under way, or sent meanwhile, is still answered."""
        self._goes_away = True
        self._outbox.put(frames.going_away(frames.LARGEST_WINDOW, Code.NO_ERROR))
        self._close_when_done()

    def close(self) -> None:
        """Ends what is under way and closes, after what was answered is sent."""
        self._leave(Code.NO_ERROR)

    def abort(self) -> None:
        """Closes at once, whatever was answered."""
        if self._transport is not None:
            self._transport.abort()

    def tick(self, now: float) -> None:
        """Lets calls, and this connection, run out of time; `now` is `time.monotonic()`."""
        # Pings that keep an idle connection open for days are none.
        self._nuisances = max(0, self._nuisances - 1)
        for stream in self._streams:
            if stream.call is not None and not stream.closed:
                stream.call.tick(now - stream.began)
        if (self._block or self._greeting_left) and now - self._since > _HEADERS_SECONDS:
            self.close()

    def _greeting_end(self, data: bytes) -> int:
        """Where frames begin; takes the preface, which may come in pieces."""
        at = len(frames.PREFACE) - self._greeting_left
        part = data[: self._greeting_left]
        if part != frames.PREFACE[at : at + len(part)]:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "not HTTP/2")
        self._greeting_left -= len(part)
        return len(part)

    def _complete_rest(self, data: bytes, at: int) -> int:
        """Puts together the frame that the last read cut; returns where the next one begins.

        Only this frame is copied: what was read with it need not be.
        """
        rest = self._rest
        while True:
            wanted_bytes = frames.HEADER_BYTES
            if len(rest) >= wanted_bytes:
                wanted_bytes += self._header(rest, 0)[0]
            if len(rest) == wanted_bytes:
                break
            part = data[at : at + wanted_bytes - len(rest)]
            if not part:
                return at
            rest += part
            at += len(part)
        frame, self._rest = bytes(rest), bytearray()
        self._read(frame, 0)
        return at

    def _read(self, data: bytes, at: int) -> None:
        end = len(data)
        while end - at >= frames.HEADER_BYTES:
            size, kind, flags, stream_id = self._header(data, at)
            after = at + frames.HEADER_BYTES + size
            if after > end:
                break
            if self._block is not None and kind != Kind.CONTINUATION:
                raise ConnectionFailed(Code.PROTOCOL_ERROR, "a header block was interrupted")
            frames.check_place(kind, stream_id)
            try:
                self._on_frame(kind, flags, stream_id, data[at + frames.HEADER_BYTES : after])
            except StreamFailed as failed:
                self._reset(stream_id, failed)
            at = after
        if at < end:
            self._rest += data[at:]

    @staticmethod
    def _header(data: bytes | bytearray, at: int) -> tuple[int, int, int, int]:
        header = frames.read_header(data, at)
        if header[0] > _MAX_FRAME_BYTES:
            raise ConnectionFailed(Code.FRAME_SIZE_ERROR, "a frame larger than allowed")
        return header

    def _on_frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        match kind:
            case Kind.DATA:
                self._on_data(flags, stream_id, payload)
            case Kind.HEADERS:
                self._on_headers(flags, stream_id, payload)
            case Kind.CONTINUATION:
                self._on_continuation(flags, stream_id, payload)
            case Kind.WINDOW_UPDATE:
                self._on_window_update(stream_id, frames.number(payload))
            case Kind.PRIORITY:
                # Deprecated (RFC 9113 §5.3.2), and so is what it says.
                self._nuisance()
                if len(payload) != frames.PRIORITY_BYTES:
                    raise StreamFailed(Code.FRAME_SIZE_ERROR, "a PRIORITY of a wrong size")
            case Kind.SETTINGS:
                self._on_settings(flags, payload)
            case Kind.PING:
                self._on_ping(flags, payload)
            case Kind.RST_STREAM:
                self._on_reset(stream_id, payload)
            case Kind.PUSH_PROMISE:
                raise ConnectionFailed(Code.PROTOCOL_ERROR, "clients do not push")
            # GOAWAY ends when the client closes, unknown types are to be ignored.
            case _:
                self._nuisance()

    def _on_headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        if not stream_id % 2:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "HEADERS on a stream that is not the client's")
        fragment = frames.unpadded(payload, flags, priority=True)
        if flags & Flag.END_HEADERS:
            self._on_header_block(stream_id, flags, fragment)
        else:
            self._since = time.monotonic()
            self._block = HeaderBlock(stream_id, flags, fragment)

    def _on_continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._nuisance()
        if (block := self._block) is None:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "a CONTINUATION of nothing")
        block.add(stream_id, payload)
        if flags & Flag.END_HEADERS:
            self._block = None
            self._on_header_block(stream_id, block.flags, block.whole())

    def _on_header_block(self, stream_id: int, flags: int, block: bytes) -> None:
        pairs = self._decoder.decode(block)
        if stream_id <= self._streams.last_id:
            self._on_trailers(stream_id, flags, pairs)
            return
        self._streams.last_id = stream_id
        if len(self._streams) >= self._max_streams:
            raise StreamFailed(Code.REFUSED_STREAM, "too many streams")
        headers, promised_bytes = self._known_headers.of(pairs) if pairs is not None else ({}, None)
        stream = Stream(stream_id, self._outbox, self._outbox.initial_window, time.monotonic())
        stream.promised_bytes = promised_bytes
        ends = bool(flags & Flag.END_STREAM)
        if ends and stream.promised_bytes:
            raise StreamFailed(Code.PROTOCOL_ERROR, "less of a body than promised")
        stream.half_closed = ends
        self._streams.add(stream)
        if pairs is None:
            self._application.refuse_headers(stream, MAX_HEADER_LIST_BYTES)
            return
        stream.call = self._application.begin(stream, headers)
        if ends and stream.call is not None:
            stream.call.ended()

    def _on_trailers(self, stream_id: int, flags: int, pairs: Pairs | None) -> None:
        """Of a request: they change nothing."""
        stream = self._streams.get(stream_id)
        if stream is None:
            if self._streams.was_cut(stream_id, ends=True):
                return
            raise ConnectionFailed(Code.STREAM_CLOSED, "HEADERS on a stream that has ended")
        if stream.half_closed:
            raise StreamFailed(Code.STREAM_CLOSED, "HEADERS after the end")
        if not flags & Flag.END_STREAM:
            raise ConnectionFailed(Code.PROTOCOL_ERROR, "trailers that end nothing")
        check_trailers(pairs)
        self._end(stream)

    def _on_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._streams.check_not_idle(stream_id)
        self._unread += len(payload)
        if self._unread > _CONNECTION_WINDOW // 4:
            self._outbox.put(frames.window_update(0, self._unread))
            self._unread = 0
        part = frames.unpadded(payload, flags) if flags & Flag.PADDED else payload
        ends = bool(flags & Flag.END_STREAM)
        stream = self._streams.get(stream_id)
        if stream is None or stream.half_closed:
            if stream is None and self._streams.was_cut(stream_id, ends=ends):
                return
            raise StreamFailed(Code.STREAM_CLOSED, "DATA after the end")
        stream.unread += len(payload)
        if part:
            stream.size_bytes += len(part)
            if stream.call is not None and not stream.closed:
                stream.call.received(part)
        elif not ends:
            self._nuisance()
        if ends:
            self._end(stream)
        elif stream.unread > _STREAM_WINDOW // 2 and not stream.closed:
            self._outbox.put(frames.window_update(stream_id, stream.unread))
            stream.unread = 0

    def _end(self, stream: Stream) -> None:
        if stream.promised_bytes not in (None, stream.size_bytes):
            raise StreamFailed(Code.PROTOCOL_ERROR, "another size of body than promised")
        stream.half_closed = True
        if stream.call is not None and not stream.closed:
            stream.call.ended()

    def _on_window_update(self, stream_id: int, size_bytes: int) -> None:
        self._streams.check_not_idle(stream_id)
        if not stream_id:
            if not size_bytes:
                raise ConnectionFailed(Code.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing")
            self._outbox.widen(size_bytes, None)
        elif (stream := self._streams.get(stream_id)) is not None:
            if not size_bytes:
                raise StreamFailed(Code.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing")
            if stream.send_window + size_bytes > frames.LARGEST_WINDOW:
                raise StreamFailed(Code.FLOW_CONTROL_ERROR, "a window grew too large")
            self._outbox.widen(size_bytes, stream)
        else:
            self._nuisance()

    def _on_settings(self, flags: int, payload: bytes) -> None:
        if flags & Flag.ACK:
            if payload:
                raise ConnectionFailed(Code.FRAME_SIZE_ERROR, "an acknowledgement that says something")
            return
        self._nuisance()
        for setting, value in frames.read_settings(payload):
            if setting == Setting.INITIAL_WINDOW_SIZE:
                grown = self._outbox.reopen(value)
                for stream in self._streams:
                    self._outbox.widen(grown, stream)
        self._outbox.put(frames.frame(Kind.SETTINGS, Flag.ACK, 0))

    def _on_ping(self, flags: int, payload: bytes) -> None:
        if len(payload) != 8:
            raise ConnectionFailed(Code.FRAME_SIZE_ERROR, "a PING of a wrong size")
        if not flags & Flag.ACK:
            self._nuisance()
            self._outbox.put(frames.frame(Kind.PING, Flag.ACK, 0, payload))

    def _on_reset(self, stream_id: int, payload: bytes) -> None:
        frames.number(payload)
        self._streams.check_not_idle(stream_id)
        self._nuisance()
        self._streams.was_cut(stream_id, ends=True)
        self._give_up(stream_id)

    def _reset(self, stream_id: int, failed: StreamFailed) -> None:
        logger.debug("an HTTP/2 stream failed: %s", failed)
        self._nuisance()
        self._outbox.put(frames.reset(stream_id, failed.code))
        self._streams.cut(stream_id)
        self._give_up(stream_id)

    def _give_up(self, stream_id: int) -> None:
        stream = self._streams.pop(stream_id)
        if stream is not None:
            self._outbox.forget(stream)
            self._abort(stream)
            self._close_when_done()

    @staticmethod
    def _abort(stream: Stream) -> None:
        was_closed, stream.closed = stream.closed, True
        call, stream.call = stream.call, None
        if call is not None and not was_closed:
            call.aborted()

    def _stream_closed(self, stream: Stream) -> None:
        # Each knows the other: together they would keep the request until the garbage collector comes round.
        stream.call = None
        self._nuisances = max(0, self._nuisances - 4)
        self._streams.pop(stream.stream_id)
        if not stream.half_closed:
            self._streams.cut(stream.stream_id)
        self._close_when_done()

    def _close_when_done(self) -> None:
        if self._goes_away and not self._streams:
            self.close()

    def _nuisance(self) -> None:
        self._nuisances += 1
        if self._nuisances > _MAX_NUISANCES:
            raise ConnectionFailed(Code.ENHANCE_YOUR_CALM, "too many frames without a request")

    def _fail(self, failed: ConnectionFailed) -> None:
        logger.debug("an HTTP/2 connection failed: %s", failed)
        self._leave(failed.code)

    def _leave(self, code: Code) -> None:
        if self._left or self._transport is None or self._transport.is_closing():
            return
        self._left = True
        self._outbox.put(frames.going_away(self._streams.last_id, code))
        self._outbox.flush()
        self._outbox.attach(None)
        self._rest.clear()
        for stream in self._streams.clear():
            self._abort(stream)
        hang_up(self._transport)
