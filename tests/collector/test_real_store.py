"""Through real sockets into the real engine: what was answered is stored, at the moment of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from storage.client import Database
from tests.collector.builders import request_of, span, trace_request
from tests.collector.corpus import attribute, ids, wrap
from tests.collector.running import Running
from tests.storing import SettledWriter


def count(database: Database, name: str) -> int:
    sql = "SELECT count() FROM otel_traces WHERE SpanName = {name:String}"
    return int(database.execute(sql, {"name": name}))


def test_an_answer_means_stored_on_every_listener(
    embedded_database: Database, start: Callable[..., Running]
) -> None:
    running = start(store=SettledWriter(embedded_database))
    running.export(trace_request(3, name="grpc"))
    assert count(embedded_database, "grpc") == 3
    assert running.send(trace_request(2, name="http")).status == 200
    assert count(embedded_database, "http") == 2
    one = {"traceId": "1" * 32, "spanId": "2" * 16, "name": "json"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}).encode()
    assert running.send(body, content_type="application/json").status == 200
    assert count(embedded_database, "json") == 1
    zipkin = json.dumps([{"traceId": "3" * 16, "id": "4" * 16, "name": "zipkin"}]).encode()
    assert running.send_zipkin(zipkin).status == 202
    assert count(embedded_database, "zipkin") == 1


def test_rejected_spans_are_exactly_those_not_stored(
    embedded_database: Database, start: Callable[..., Running]
) -> None:
    running = start(store=SettledWriter(embedded_database))
    bad = [{"trace_id": b""}, {"trace_id": bytes(16)}, {"span_id": b"short"}, {"span_id": bytes(8)}]
    request = request_of(*(span("some", **ids) for ids in bad), span("some"), span("some"))
    answer = ExportTraceServiceResponse.FromString(running.export(request.SerializeToString()))
    assert answer.partial_success.rejected_spans == 4
    assert count(embedded_database, "some") == 2


def test_a_request_that_only_the_engine_minds_is_stored_with_its_neighbours(
    embedded_database: Database, start: Callable[..., Running]
) -> None:
    running = start(store=SettledWriter(embedded_database))
    two_kinds = attribute(b"\x0a\x01v\x18\x07")  # a string and an int in one oneof
    odd = wrap(ids() + b"\x2a\x03odd" + two_kinds)
    with ThreadPoolExecutor(8) as pool:
        requests = [trace_request(1, name="neighbour") for _ in range(7)]
        requests.insert(3, odd)
        assert set(pool.map(running.export, requests)) == {b""}
    assert count(embedded_database, "neighbour") == 7
    assert count(embedded_database, "odd") == 1


def test_a_repeated_request_is_stored_once(
    embedded_database: Database, start: Callable[..., Running]
) -> None:
    running = start(store=SettledWriter(embedded_database))
    request = trace_request(1, name="again")
    running.export(request)
    assert running.send(request).status == 200
    assert count(embedded_database, "again") == 1
