"""The OTLP specification's demands on a server, gRPC half. Test names carry their codes in docs/ingest.md."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped] # no stubs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from collector.limits import Limits
from storage.errors import StorageOverloaded, StorageUnavailable
from tests.collector.builders import attributes, request_of, span, trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.running import LOGS, METRICS, Running, status_details

Start = Callable[..., Running]


def refused(running: Running, request: bytes) -> grpc.Call:
    with pytest.raises(grpc.RpcError) as caught:
        running.export(request)
    error = caught.value
    assert isinstance(error, grpc.Call)
    return error


def test_T1_gzip_and_no_compression_are_accepted(running: Running, store: RecordingStore) -> None:
    for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
        running.export(trace_request(2), compression=compression)
    assert len(store.span_names) == 4


def test_T2_too_large_a_message_is_resource_exhausted_without_a_hint_to_retry(
    start: Start, store: RecordingStore
) -> None:
    running = start(limits=Limits(max_request_bytes=50_000))
    error = refused(running, trace_request(1, name="n" * 50_000))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not status_details(error).details
    assert store.calls == []


def test_T2_a_bomb_is_refused_by_its_size_after_decompression(start: Start, store: RecordingStore) -> None:
    running = start(limits=Limits(max_request_bytes=50_000))
    with pytest.raises(grpc.RpcError) as caught:
        running.export(trace_request(1, name="n" * 5_000_000), compression=grpc.Compression.Gzip)
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert store.calls == []


def test_T2_the_default_limit_is_64_mib() -> None:
    assert Limits().max_request_bytes == 64 * 1024 * 1024


def test_T4_answers_stay_small_whatever_was_sent(running: Running) -> None:
    answer = running.export(
        request_of(*(span(trace_id=b"x" * 1000) for _ in range(5000))).SerializeToString()
    )
    assert len(answer) < 4096


def test_T7_concurrent_unary_calls_share_writes(running: Running, store: RecordingStore) -> None:
    store.gate.clear()
    with ThreadPoolExecutor(32) as pool:
        calls = [pool.submit(running.export, trace_request(1)) for _ in range(32)]
        assert store.entered.acquire(timeout=10)
        assert not any(call.done() for call in calls)
        store.gate.set()
        assert [call.result(20) for call in calls] == [b""] * 32
    assert len(store.span_names) == 32
    assert len(store.calls) < 32


def test_R1_success_leaves_partial_success_unset(running: Running) -> None:
    answer = running.export(trace_request(3))
    assert not ExportTraceServiceResponse.FromString(answer).HasField("partial_success")
    assert answer == b""


def test_R2_empty_requests_succeed(running: Running, store: RecordingStore) -> None:
    empty_scope = ExportTraceServiceRequest()
    empty_scope.resource_spans.add().scope_spans.add()
    for request in (ExportTraceServiceRequest(), empty_scope):
        assert running.export(request.SerializeToString()) == b""
    assert store.calls == []


def test_R3_and_D1_only_spans_with_invalid_ids_are_rejected_and_counted(
    running: Running, store: RecordingStore
) -> None:
    request = request_of(
        span("good"),
        span("zero trace", trace_id=bytes(16)),
        span("short trace", trace_id=b"1234"),
        span("no trace", trace_id=b""),
        span("zero span", span_id=bytes(8)),
        span("long span", span_id=b"123456789"),
        span("good too"),
    ).SerializeToString()
    answer = ExportTraceServiceResponse.FromString(running.export(request))
    assert answer.partial_success.rejected_spans == 5
    assert "5 spans" in answer.partial_success.error_message
    # The store gets the request without the five.
    assert store.span_names == ["good", "good too"]
    assert running.metric("spanhouse_ingest_spans_accepted_total", transport="otlp_grpc") == 2


def test_R3_a_request_of_invalid_spans_only_is_not_written(running: Running, store: RecordingStore) -> None:
    answer = running.export(request_of(span(trace_id=b"")).SerializeToString())
    assert ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans == 1
    assert store.calls == []


@pytest.mark.parametrize("method", [METRICS, LOGS])
def test_R4_metrics_and_logs_succeed_with_a_warning(running: Running, method: str) -> None:
    answer = ExportTraceServiceResponse.FromString(running.export(b"", method=method))
    assert answer.partial_success.rejected_spans == 0
    assert "traces only" in answer.partial_success.error_message


@pytest.mark.parametrize("garbage", [b"\xff", b"garbage", b"\x0a\x05abc", trace_request(1)[:-1]])
def test_F1_garbage_is_invalid_argument_with_bad_request(running: Running, garbage: bytes) -> None:
    error = refused(running, garbage)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = status_details(error)
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    detail = BadRequest()
    assert status.details[0].Unpack(detail)
    assert detail.field_violations[0].description


@pytest.mark.parametrize("failure", [StorageUnavailable("gone"), StorageOverloaded("full")])
def test_F1_and_F4_a_failing_store_is_unavailable_with_retry_info(
    running: Running, store: RecordingStore, failure: StorageUnavailable
) -> None:
    store.failure = failure
    error = refused(running, trace_request())
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    detail = RetryInfo()
    assert status_details(error).details[0].Unpack(detail)
    assert detail.retry_delay.ToSeconds() == Limits().retry_after_seconds
    store.failure = None
    assert running.export(trace_request()) == b""


def test_F4_past_the_bound_new_requests_are_unavailable_with_retry_info(
    start: Start, store: RecordingStore
) -> None:
    first = trace_request(20)
    running = start(limits=Limits(max_in_flight_bytes=len(first) + 100, inserts_in_flight=1))
    store.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(running.export, first)
        assert store.entered.acquire(timeout=10)
        error = refused(running, trace_request(20))
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert status_details(error).details[0].Is(RetryInfo.DESCRIPTOR)
        store.gate.set()
        assert waiting.result(20) == b""
    assert len(store.span_names) == 20


def test_F5_unknown_methods_are_unimplemented(running: Running) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        running.export(b"", method="/opentelemetry.proto.collector.trace.v1.TraceService/Import")
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_D9_unknown_fields_and_enum_values_are_accepted(running: Running, store: RecordingStore) -> None:
    future = b"\xa2\x06\x03new" + b"\xa8\x06\x01"
    request = request_of(span("known", kind=99)).SerializeToString() + future
    assert running.export(request) == b""
    assert store.stored == [request]


def test_D5_D6_D7_D8_odd_but_legal_spans_are_stored(running: Running, store: RecordingStore) -> None:
    odd = request_of(
        span("", attributes=attributes({"a": 1}) + attributes({"a": 2})),
        span("backwards", start_time_unix_nano=20, end_time_unix_nano=10),
        span("empty value and key", attributes=attributes({"e": None, "": 1})),
    ).SerializeToString()
    assert running.export(odd) == b""
    assert store.stored == [odd]
