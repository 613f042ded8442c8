"""Load generator for small requests: writes HTTP/2 frames itself, so that it is not what is measured.

A gRPC library in Python spends longer on a call than the server does. `python -m bench.raw_load` prints one
line of JSON, like `bench.load`. Requests are made before the clock starts. Targets loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Iterator
from typing import cast

import uvloop

from bench import outcome, payload
from bench.ingest import EXPORT
from collector.http2 import frames
from collector.http2.frames import Flag, Kind

_CONNECTIONS = 4
# What servers of ours take by default; a client queues the rest.
_MOST_PER_CONNECTION = 1024
_HEADERS = frames.header_block(
    [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", EXPORT.encode()),
        (b":authority", b"127.0.0.1"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
    ]
)
_SUCCESS = b"\x00\x0bgrpc-status\x010"
_TICK_SECONDS = 0.002


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failures: Counter[str] = Counter()


class Sender(asyncio.Protocol):
    """One connection: keeps calls under way and times them."""

    def __init__(self, tally: Tally, requests: Iterator[bytes]) -> None:
        self._tally = tally
        self._requests = requests
        self._began: dict[int, float] = {}
        self._next_stream = 1
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._window = 0
        self.slots = 0
        """How many calls are kept under way; a rate leaves it 0."""

    @property
    def under_way(self) -> int:
        """Calls not answered yet."""
        return len(self._began)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, and lets the server answer as much as it likes."""
        self._transport = cast("asyncio.Transport", transport)
        self._window = frames.DEFAULT_WINDOW
        room = frames.window_update(0, frames.LARGEST_WINDOW - frames.DEFAULT_WINDOW)
        self._transport.write(frames.PREFACE + frames.settings({}) + room)

    async def idle(self) -> None:
        """Returns when every call is answered."""
        while self._began:  # noqa: ASYNC110 - an event would cost each answer
            await asyncio.sleep(_TICK_SECONDS)

    def send(self, count: int) -> int:
        """Sends so many more calls at once, as far as there is window; returns how many."""
        parts: list[bytes] = []
        sent = 0
        for request in itertools.islice(self._requests, count):
            message = b"\0" + len(request).to_bytes(4, "big") + request
            self._window -= len(message)
            stream, self._next_stream = self._next_stream, self._next_stream + 2
            parts += (
                frames.frame(Kind.HEADERS, Flag.END_HEADERS, stream, _HEADERS),
                frames.frame(Kind.DATA, Flag.END_STREAM, stream, message),
            )
            self._began[stream] = time.perf_counter()
            sent += 1
            if self._window < 65_536:
                break
        assert self._transport is not None
        self._transport.write(b"".join(parts))
        return sent

    def data_received(self, data: bytes) -> None:
        """Notes answers; sends as many new calls."""
        data = self._rest + data
        at, end = 0, len(data)
        while end - at >= frames.HEADER_BYTES:
            size, kind, flags, stream = frames.read_header(data, at)
            start = at + frames.HEADER_BYTES
            if start + size > end:
                break
            at = start + size
            if kind == Kind.HEADERS and flags & Flag.END_STREAM:
                self._answered(stream, data[start:at])
            elif kind == Kind.WINDOW_UPDATE and not stream:
                self._window += frames.number(data[start:at])
            elif kind == Kind.RST_STREAM and stream in self._began:
                del self._began[stream]
                self._tally.failures["reset"] += 1
        self._rest = data[at:]
        if (free := self.slots - self.under_way) > 0:
            self.send(free)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whatever is under way has failed."""
        if self._began:
            self._tally.failures["connection lost"] += len(self._began)
        self._began.clear()

    def _answered(self, stream: int, trailers: bytes) -> None:
        began = self._began.pop(stream, None)
        if began is None:
            return
        if _SUCCESS in trailers:
            self._tally.seconds.append(time.perf_counter() - began)
        else:
            self._tally.failures["refused"] += 1


async def _run(options: argparse.Namespace, requests: Iterator[bytes]) -> tuple[Tally, float]:
    loop, tally = asyncio.get_running_loop(), Tally()
    senders: deque[Sender] = deque()
    for _ in range(_CONNECTIONS):
        _, sender = await loop.create_connection(lambda: Sender(tally, requests), "127.0.0.1", options.port)
        senders.append(sender)
    await asyncio.sleep(0.1)
    started = time.perf_counter()
    if options.rate is None:
        for sender in senders:
            sender.slots = options.in_flight // _CONNECTIONS
            sender.send(sender.slots)
        await asyncio.sleep(options.seconds)
    else:
        sent = 0
        while (passed := time.perf_counter() - started) < options.seconds:
            due = int(passed * options.rate) - sent
            free = options.in_flight - sum(sender.under_way for sender in senders)
            senders.rotate()
            wanted = min(due, free, _MOST_PER_CONNECTION - senders[0].under_way)
            if wanted > 0:
                sent += senders[0].send(wanted)
            await asyncio.sleep(_TICK_SECONDS)
    for sender in senders:
        sender.slots = 0
    for sender in senders:
        await sender.idle()
    return tally, time.perf_counter() - started


def main() -> None:
    """Reads options, sends, prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--shape", choices=["realistic", "small"], default="realistic")
    parser.add_argument("--spans", type=int, default=5, help="spans per request")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--rate", type=float, default=None, help="requests per second; default: all it takes")
    parser.add_argument(
        "--made", type=int, default=60_000, help="requests made beforehand; none is sent twice"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made = list(itertools.islice(payload.requests(options.shape, options.spans, options.seed), options.made))
    tally, took = uvloop.run(_run(options, iter(made)))
    print(outcome.line(tally.seconds, tally.failures, spans=options.spans, took=took))


if __name__ == "__main__":
    main()
