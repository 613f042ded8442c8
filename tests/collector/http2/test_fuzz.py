"""Broken frames of every kind: the listener lives, and holds nothing back for connections that are gone."""

from __future__ import annotations

import random
import time

from collector.http2 import frames
from collector.http2.frames import Flag, Kind
from tests.collector.builders import trace_request
from tests.collector.http2.client import FrameClient, message
from tests.collector.running import Running

_CONNECTIONS = 150


def _frames(source: random.Random, client: FrameClient) -> bytes:
    """Calls as they should be, then changed: bits, order, kinds, sizes."""
    parts = []
    for number in range(1, 12, 2):
        body = message(trace_request())
        cut = source.randrange(len(body))
        parts += [
            frames.frame(Kind.HEADERS, Flag.END_HEADERS, number, client.block()),
            frames.frame(Kind.DATA, 0, number, body[:cut]),
            frames.frame(Kind.DATA, Flag.END_STREAM, number, body[cut:]),
        ]
    for _ in range(source.randrange(6)):
        kind, flags = source.choice(list(Kind)), source.randrange(256)
        junk = frames.frame(kind, flags, source.randrange(14), source.randbytes(source.randrange(40)))
        parts.insert(source.randrange(len(parts)), junk)
    if source.random() < 0.3:
        source.shuffle(parts)
    data = bytearray(b"".join(parts))
    for _ in range(source.choice((0, 0, 1, 5))):
        data[source.randrange(len(data))] = source.randrange(256)
    return bytes(data[: source.randrange(len(data))] if source.random() < 0.3 else data)


def test_broken_frames_leave_the_listener_up_and_nothing_held(running: Running) -> None:
    source = random.Random(7)
    for _ in range(_CONNECTIONS):
        with FrameClient(running.ingest.grpc.port) as client:
            data = _frames(source, client)
            try:
                for start in range(0, len(data), 700):
                    client.send(data[start : start + 700])
            except OSError:
                continue  # it was closed for what came before
    assert running.export(trace_request()) == b""
    until = time.monotonic() + 10
    while running.ingest.budget.held_bytes and time.monotonic() < until:
        time.sleep(0.01)
    assert running.ingest.budget.held_bytes == 0
