"""Headers larger than allowed cost the one call that has them, as long as they can be read at all."""

from __future__ import annotations

import grpc
import pytest

from collector.http2 import frames
from collector.http2.frames import Code, Flag, Kind
from tests.collector.builders import trace_request
from tests.collector.http2.client import HEADERS, FrameClient, message
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

OK = {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}
RESOURCE_EXHAUSTED = str(grpc.StatusCode.RESOURCE_EXHAUSTED.value[0])
LARGE = (*HEADERS, ("x-large", "!" * 100_000))


def in_frames(stream_id: int, block: bytes, flags: int = 0) -> bytes:
    """A header block as clients send it that may not send frames of more than 16 KiB."""
    parts = [block[at : at + 16_384] for at in range(0, len(block), 16_384)]
    kinds = [Kind.HEADERS] + [Kind.CONTINUATION] * (len(parts) - 1)
    ends = [0] * (len(parts) - 1) + [Flag.END_HEADERS]
    return b"".join(
        frames.frame(kind, end | (flags if kind == Kind.HEADERS else 0), stream_id, part)
        for kind, end, part in zip(kinds, ends, parts, strict=True)
    )


def test_only_the_call_with_large_headers_is_refused(running: Running, store: RecordingStore) -> None:
    body = message(trace_request())
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.data(1, body[:9], 0)
        client.send(in_frames(3, client.block(LARGE)))
        refused = client.trailers(3)
        assert (refused[":status"], refused["grpc-status"]) == ("200", RESOURCE_EXHAUSTED)
        assert "16384" in refused["grpc-message"]
        client.data(3, body)
        client.data(1, body[9:])
        assert client.trailers(1) == OK
        # The table that headers are compressed by is as the client thinks it is.
        client.headers(5)
        client.data(5, body)
        assert client.trailers(5) == OK
    assert len(store.stored) == 2
    assert (
        running.metric("spanhouse_ingest_requests_rejected_total", transport="otlp_grpc", reason="too_large")
        == 1
    )


def test_large_headers_that_end_the_request_are_answered(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(in_frames(1, client.block(LARGE), Flag.END_STREAM))
        assert client.trailers(1)["grpc-status"] == RESOURCE_EXHAUSTED
        client.headers(3)
        client.data(3, message(trace_request()))
        assert client.trailers(3) == OK


def test_large_trailers_end_their_stream(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.data(1, message(trace_request()), 0)
        client.send(in_frames(1, client.block((("x-large", "!" * 100_000),)), Flag.END_STREAM))
        assert client.reset() == (1, Code.ENHANCE_YOUR_CALM)
        client.headers(3)
        client.data(3, message(trace_request()))
        assert client.trailers(3) == OK
        assert running.ingest.budget.held_bytes == 0


def test_headers_without_end_are_not_waited_for(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(in_frames(1, client.block((*HEADERS, ("x-large", "!" * 132_000)))))
        assert client.error() is Code.ENHANCE_YOUR_CALM
    assert running.export(trace_request()) == b""


def test_a_grpc_client_sees_its_call_refused_and_goes_on(running: Running) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        running.export(trace_request(), metadata=(("x-large", "!" * 100_000),))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert running.export(trace_request()) == b""
