"""What is special about one call of gRPC: its prefix, its encoding, its times."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import pytest

from collector.http2.frames import Flag
from collector.limits import Limits
from tests.collector.builders import trace_request
from tests.collector.http2.client import HEADERS, FrameClient, message
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

Start = Callable[..., Running]
INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE = "3", "8", "12", "14"
GZIP = (*HEADERS, ("grpc-encoding", "gzip"))


def outcome(
    running: Running,
    body: bytes,
    headers: tuple[tuple[str, str], ...] = HEADERS,
    flags: int = Flag.END_STREAM,
) -> dict[str, str]:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1, headers)
        client.data(1, body, flags)
        return client.trailers(1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0",
        message(trace_request())[:-1],
        message(trace_request()) + b"\0",
        message(trace_request()) * 2,
        message(trace_request(), compressed=2),
        message(gzip.compress(trace_request()), compressed=1),
    ],
    ids=["none", "cut prefix", "cut", "too long", "two", "odd flag", "compressed without encoding"],
)
def test_a_call_carries_exactly_one_message(running: Running, store: RecordingStore, body: bytes) -> None:
    assert outcome(running, body)["grpc-status"] == INVALID_ARGUMENT
    assert store.calls == []
    assert running.ingest.budget.held_bytes == 0


@pytest.mark.parametrize("compressed", [0, 1])
def test_with_an_encoding_each_message_says_whether_it_has_it(
    running: Running, store: RecordingStore, compressed: int
) -> None:
    request = trace_request()
    body = message(gzip.compress(request) if compressed else request, compressed=compressed)
    assert outcome(running, body, GZIP)["grpc-status"] == "0"
    assert store.stored == [request]


def test_broken_compression_is_invalid(running: Running) -> None:
    for broken in (b"no gzip", gzip.compress(trace_request())[:-5]):
        assert outcome(running, message(broken, compressed=1), GZIP)["grpc-status"] == INVALID_ARGUMENT
    assert running.ingest.budget.held_bytes == 0


def test_large_compressed_messages_are_inflated_beside_the_loop(
    running: Running, store: RecordingStore
) -> None:
    request = trace_request(3000)
    packed = gzip.compress(request, 0)
    assert len(packed) > 64 * 1024
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1, GZIP)
        body = message(packed, compressed=1)
        for start in range(0, len(body), 16_384):
            client.data(1, body[start : start + 16_384], 0)
        client.data(1, b"")
        assert client.trailers(1)["grpc-status"] == "0"
    assert store.stored == [request]


def test_other_encodings_are_unimplemented_and_ours_are_named(running: Running) -> None:
    answer = outcome(running, b"", (*HEADERS, ("grpc-encoding", "snappy")))
    assert answer["grpc-status"] == UNIMPLEMENTED
    assert answer["grpc-accept-encoding"] == "identity,gzip,deflate"


def test_the_prefix_alone_refuses_a_message_that_is_too_large(start: Start) -> None:
    running = start(limits=Limits(max_request_bytes=50_000))
    prefix = b"\0" + (50_001).to_bytes(4, "big")
    assert outcome(running, prefix, flags=0)["grpc-status"] == RESOURCE_EXHAUSTED


def test_a_message_that_does_not_come_is_retryable_and_holds_nothing(start: Start) -> None:
    running = start(limits=Limits(body_read_timeout_seconds=0.2))
    answer = outcome(running, message(trace_request())[:20], flags=0)
    assert answer["grpc-status"] == UNAVAILABLE
    assert "not%20complete" in answer["grpc-message"] or "not complete" in answer["grpc-message"]
    assert running.ingest.budget.held_bytes == 0


def test_a_store_that_does_not_answer_is_retryable(start: Start, store: RecordingStore) -> None:
    running = start(limits=Limits(ack_timeout_seconds=0.2))
    store.gate.clear()
    assert outcome(running, message(trace_request()))["grpc-status"] == UNAVAILABLE
    store.gate.set()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((("content-type", "application/json"),), "415"),
        (((":method", "GET"),), "405"),
    ],
)
def test_what_is_no_grpc_call_gets_an_http_status(
    running: Running, headers: tuple[tuple[str, str], ...], status: str
) -> None:
    merged = tuple((dict(HEADERS) | dict(headers)).items())
    assert outcome(running, b"", merged)[":status"] == status


def test_messages_to_developers_are_percent_encoded(start: Start) -> None:
    running = start(limits=Limits(max_spans_per_request=1))
    answer = outcome(running, message(trace_request(2)))
    assert answer["grpc-status"] == RESOURCE_EXHAUSTED
    assert answer["grpc-message"].isascii()


def test_the_queue_is_told_as_empty_once_it_is(running: Running) -> None:
    running.export(trace_request())
    until = time.monotonic() + 10
    while running.metric("spanhouse_ingest_queue_bytes") and time.monotonic() < until:
        time.sleep(0.01)
    assert running.metric("spanhouse_ingest_queue_bytes") == 0
