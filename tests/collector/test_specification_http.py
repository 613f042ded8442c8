"""The OTLP specification's demands on a server, HTTP half. Test names carry their codes in docs/ingest.md."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.rpc.error_details_pb2 import BadRequest  # type: ignore[import-untyped] # no stubs
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # no stubs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collector.limits import Limits
from collector.otlp.answers import RpcCode
from storage.errors import StorageUnavailable
from tests.collector.builders import request_of, span, trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

Start = Callable[..., Running]
PROTOBUF = "application/x-protobuf"
JSON = "application/json"
GZIP = {"Content-Encoding": "gzip"}


def json_request(**span_fields: object) -> bytes:
    fields = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "json"}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [fields | span_fields]}]}]}).encode()


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_T1_gzip_and_no_compression_are_accepted(
    running: Running, store: RecordingStore, content_type: str
) -> None:
    def body(number: int) -> bytes:
        return json_request(name=str(number)) if content_type == JSON else trace_request()

    assert running.send(body(1), content_type=content_type).status == 200
    assert running.send(gzip.compress(body(2)), content_type=content_type, headers=GZIP).status == 200
    assert len(store.span_names) == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"n" * 200_000, {}),
        (gzip.compress(b"n" * 200_000), GZIP),
        (gzip.compress(b"n" * 40_000) * 3, GZIP),
    ],
    ids=["plain", "bomb", "bomb in several gzip members"],
)
def test_T3_too_large_a_body_is_413(
    start: Start, store: RecordingStore, body: bytes, headers: dict[str, str]
) -> None:
    running = start(limits=Limits(max_request_bytes=100_000))
    answer = running.send(body, headers=headers)
    assert answer.status == 413
    assert "larger than 100000 bytes" in Status.FromString(answer.body).message
    assert "retry-after" not in answer.headers
    assert store.calls == []


def test_T6_protobuf_and_json_share_one_port(running: Running, store: RecordingStore) -> None:
    assert running.send(trace_request(name="protobuf"), content_type=PROTOBUF).status == 200
    assert running.send(json_request(), content_type=JSON).status == 200
    assert store.span_names == ["protobuf", "json"]


def test_R1_success_leaves_partial_success_unset(running: Running) -> None:
    answer = running.send(trace_request())
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", PROTOBUF)
    answer = running.send(json_request(), content_type=JSON)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"{}", JSON)


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"", PROTOBUF), (b"{}", JSON), (b'{"resourceSpans":[]}', JSON)]
)
def test_R2_empty_requests_succeed(running: Running, body: bytes, content_type: str) -> None:
    assert running.send(body, content_type=content_type).status == 200


def test_R3_and_D1_rejected_spans_are_counted(running: Running, store: RecordingStore) -> None:
    answer = running.send(request_of(span(), span(trace_id=b"short")).SerializeToString())
    assert answer.status == 200
    assert ExportTraceServiceResponse.FromString(answer.body).partial_success.rejected_spans == 1
    answer = running.send(json_request(spanId="00" * 8), content_type=JSON)
    assert answer.status == 200
    partial_success = json.loads(answer.body)["partialSuccess"]
    assert partial_success["rejectedSpans"] == "1"
    assert partial_success["errorMessage"]
    assert len(store.calls) == 1


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
def test_R4_metrics_and_logs_succeed_with_a_warning(running: Running, path: str) -> None:
    answer = running.send(b"{}", path=path, content_type=JSON)
    assert answer.status == 200
    assert list(json.loads(answer.body)["partialSuccess"]) == ["errorMessage"]
    answer = running.send(b"", path=path)
    partial_success = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (partial_success.rejected_spans, bool(partial_success.error_message)) == (0, True)


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"garbage", PROTOBUF), (b"{", JSON), (b"[]", JSON), (b"", JSON)]
)
def test_R5_F2_and_F3_bad_data_is_400_with_a_status_in_the_request_encoding(
    running: Running, store: RecordingStore, body: bytes, content_type: str
) -> None:
    answer = running.send(body, content_type=content_type)
    assert answer.status == 400
    assert answer.headers["content-type"] == content_type
    if content_type == JSON:
        status = json.loads(answer.body)
        assert status["message"]
        assert status["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    else:
        details = Status.FromString(answer.body).details
        assert details[0].Is(BadRequest.DESCRIPTOR)
    assert store.calls == []


def test_F3_broken_gzip_is_400(running: Running) -> None:
    packed = gzip.compress(trace_request())
    for body in (b"not gzip", packed[:-9], packed + b"trailing"):
        assert running.send(body, headers=GZIP).status == 400


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_F3_and_F4_a_failing_store_is_503_with_retry_after(
    running: Running, store: RecordingStore, content_type: str
) -> None:
    store.failure = StorageUnavailable("gone")
    body = json_request() if content_type == JSON else trace_request()
    answer = running.send(body, content_type=content_type)
    assert answer.status == 503
    assert answer.headers["retry-after"] == str(Limits().retry_after_seconds)
    assert answer.headers["content-type"] == content_type
    store.failure = None
    assert running.send(body, content_type=content_type).status == 200


def test_F4_past_the_bound_new_requests_are_503(start: Start, store: RecordingStore) -> None:
    first = trace_request(20)
    running = start(limits=Limits(max_in_flight_bytes=len(first) + 100, inserts_in_flight=1))
    store.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(running.send, first)
        assert store.entered.acquire(timeout=10)
        answer = running.send(trace_request(20))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        store.gate.set()
        assert waiting.result(20).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_F5_other_methods_are_405_with_allow(running: Running, method: str) -> None:
    answer = running.send(b"", method=method)
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-protobuf2", None])
def test_F5_other_content_types_are_415(running: Running, content_type: str | None) -> None:
    answer = running.send(trace_request(), content_type=content_type)
    assert answer.status == 415
    # It would name what the encoding of the body may be (RFC 9110 §15.5.16), which is not what is wrong.
    assert "accept-encoding" not in answer.headers
    said = json.loads(answer.body)
    assert said["message"]
    assert said["code"] == RpcCode.INVALID_ARGUMENT


def test_x_gzip_is_an_old_name_of_gzip(running: Running) -> None:
    answer = running.send(gzip.compress(trace_request()), headers={"Content-Encoding": "x-gzip"})
    assert answer.status == 200


def test_F5_other_content_encodings_are_415(running: Running) -> None:
    answer = running.send(trace_request(), headers={"Content-Encoding": "br"})
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "gzip, deflate")


@pytest.mark.parametrize("path", ["/", "/v1/trace", "/v1/traces/", "/v1/profiles"])
def test_F5_other_paths_are_404(running: Running, path: str) -> None:
    answer = running.send(trace_request(), path=path)
    assert answer.status == 404
    assert Status.FromString(answer.body).message


def test_J6_a_charset_parameter_is_accepted(running: Running, store: RecordingStore) -> None:
    answer = running.send(json_request(), content_type="Application/JSON; charset=utf-8")
    assert (answer.status, answer.headers["content-type"]) == (200, JSON)
    assert running.send(trace_request(), content_type="application/x-protobuf; v=1").status == 200
    assert len(store.stored) == 2
