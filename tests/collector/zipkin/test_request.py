from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.refusal import Invalid
from collector.zipkin.request import request_from_zipkin, server_half_id

RECEIVED_NS = 1_800_000_000_000_000_000
TRACE_ID = "5af7183fb1d4cf5f"
CLIENT: dict[str, Any] = {
    "traceId": TRACE_ID,
    "id": "352bff9a74ca9ad2",
    "parentId": "6b221d5bc9e6496c",
    "kind": "CLIENT",
    "name": "get /api",
    "timestamp": 1556604172355737,
    "duration": 1431,
    "localEndpoint": {"serviceName": "frontend", "ipv4": "192.168.99.1", "port": 3306},
    "remoteEndpoint": {"serviceName": "backend", "ipv6": "2001:db8::1", "port": 9000},
    "tags": {"http.method": "GET"},
}


def convert(*spans: dict[str, Any]) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest.FromString(request_from_zipkin(json.dumps(spans).encode(), RECEIVED_NS))


def convert_one(**fields: Any) -> Span:
    return convert(CLIENT | fields).resource_spans[0].scope_spans[0].spans[0]


def values(span: Span) -> dict[str, Any]:
    return {item.key: getattr(item.value, str(item.value.WhichOneof("value"))) for item in span.attributes}


def test_a_client_span_becomes_an_otlp_span() -> None:
    request = convert(CLIENT)
    resource = request.resource_spans[0].resource
    assert [(item.key, item.value.string_value) for item in resource.attributes] == [
        ("service.name", "frontend")
    ]
    span = convert_one()
    assert span.trace_id == bytes(8) + bytes.fromhex(TRACE_ID)
    assert (span.span_id.hex(), span.parent_span_id.hex()) == (CLIENT["id"], CLIENT["parentId"])
    assert (span.name, span.kind) == ("get /api", Span.SPAN_KIND_CLIENT)
    assert span.start_time_unix_nano == 1556604172355737000
    assert span.end_time_unix_nano == 1556604172357168000
    assert values(span) == {
        "http.method": "GET",
        "network.local.address": "192.168.99.1",
        "network.local.port": 3306,
        "network.peer.address": "2001:db8::1",
        "network.peer.port": 9000,
        "service.peer.name": "backend",
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(None, 1), ("SERVER", 2), ("CLIENT", 3), ("PRODUCER", 4), ("CONSUMER", 5)],
)
def test_kinds(kind: str | None, expected: int) -> None:
    assert convert_one(kind=kind).kind == expected


def test_128_bit_ids_stay_and_a_parent_of_zeros_is_none() -> None:
    span = convert_one(traceId="A" * 32, parentId="0" * 16)
    assert (span.trace_id, span.parent_span_id) == (b"\xaa" * 16, b"")


def test_spans_are_grouped_by_service() -> None:
    nameless = {key: value for key, value in CLIENT.items() if key != "localEndpoint"}
    request = convert(CLIENT, nameless, CLIENT)
    names = [spans.resource.attributes[0].value.string_value for spans in request.resource_spans]
    assert names == ["frontend", "unknown_service"]
    assert len(request.resource_spans[0].scope_spans[0].spans) == 2


def test_a_shared_server_half_gets_its_own_id_below_the_client_half() -> None:
    shared = {"kind": "SERVER", "shared": True, "localEndpoint": {"serviceName": "backend"}}
    local = {
        "kind": None,
        "id": "00000000000000aa",
        "parentId": CLIENT["id"],
        "localEndpoint": {"serviceName": "backend"},
    }
    client, server, child = (
        request.resource_spans[0].scope_spans[0].spans
        for request in (convert(CLIENT), convert(CLIENT | shared), convert(CLIENT | shared, CLIENT | local))
    )
    expected = server_half_id(client[0].trace_id, client[0].span_id)
    assert server[0].span_id == expected != client[0].span_id
    assert server[0].parent_span_id == client[0].span_id
    assert server[0].kind == Span.SPAN_KIND_SERVER
    assert child[1].parent_span_id == expected


@pytest.mark.parametrize(
    ("tags", "code", "message", "left"),
    [
        ({"error": "boom"}, 2, "boom", {}),
        ({"error": "true"}, 2, "", {}),
        ({"error": ""}, 2, "", {}),
        ({"error": "false"}, 0, "", {"error": "false"}),
        ({"otel.status_code": "ERROR", "error": "why"}, 2, "why", {}),
        ({"otel.status_code": "OK"}, 1, "", {}),
        ({"http.status_code": 500}, 0, "", {"http.status_code": "500"}),
    ],
)
def test_tags_become_status_and_attributes(
    tags: dict[str, object], code: int, message: str, left: dict[str, str]
) -> None:
    span = convert_one(tags=tags, localEndpoint=None, remoteEndpoint=None)
    assert (span.status.code, span.status.message) == (code, message)
    assert values(span) == left


def test_annotations_become_events() -> None:
    annotations = [
        {"timestamp": 1556604172355800, "value": "ws"},
        {
            "timestamp": 1556604172355900,
            "value": '"exception": {"type": "E", "line": 3, "ok": true, "x": [1]}',
        },
        {"timestamp": 1556604172355950, "value": '"not": json}'},
    ]
    events = convert_one(annotations=annotations).events
    assert [event.name for event in events] == ["ws", "exception", '"not": json}']
    assert events[0].time_unix_nano == 1556604172355800000
    attributes = {item.key: item.value for item in events[1].attributes}
    assert attributes["type"].string_value == "E"
    assert attributes["line"].int_value == 3
    assert attributes["ok"].bool_value is True
    assert attributes["x"].string_value == "[1]"


def test_scope_tags_become_the_scope() -> None:
    request = convert(CLIENT | {"tags": {"otel.scope.name": "lib", "otel.scope.version": "2"}})
    scope = request.resource_spans[0].scope_spans[0].scope
    assert (scope.name, scope.version) == ("lib", "2")


def test_a_span_without_time_starts_with_its_first_annotation_or_when_received() -> None:
    assert convert_one(timestamp=None, duration=None).start_time_unix_nano == RECEIVED_NS
    annotations = [{"timestamp": 20, "value": "b"}, {"timestamp": 10, "value": "a"}]
    span = convert_one(timestamp=None, duration=None, annotations=annotations)
    assert span.start_time_unix_nano == span.end_time_unix_nano == 10_000


@pytest.mark.parametrize(
    "fields",
    [
        {"traceId": "xyz"},
        {"traceId": "a" * 33},
        {"id": "a" * 17},
        {"id": 5},
        {"kind": "client"},
        {"timestamp": "soon"},
        {"timestamp": -1},
        {"duration": 1 << 62},
        {"tags": []},
        {"annotations": [{"value": 5}]},
        {"localEndpoint": "here"},
        {"localEndpoint": {"port": 99999}},
    ],
)
def test_members_of_the_wrong_type_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        convert(CLIENT | fields)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[[]]", b"nonsense"])
def test_what_is_not_a_list_of_objects_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        request_from_zipkin(body, RECEIVED_NS)
