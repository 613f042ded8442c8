"""OTLP/JSON: the rules J1–J5 of docs/ingest.md, and agreement with protobuf's own JSON reader."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from collector.otlp.json_request import request_from_json
from collector.refusal import Invalid, Reason
from tests.collector.builders import attributes, request_of, span

TRACE_ID = "5B8EFFF798038103D269B633813FC60C"
SPAN_ID = "eee19b7ec3c1b174"


def convert(document: object, depth: int = 24) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest.FromString(request_from_json(json.dumps(document).encode(), depth))


def document(**fields: Any) -> dict[str, Any]:
    one = {"traceId": TRACE_ID, "spanId": SPAN_ID} | fields
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}


def convert_span(**fields: Any) -> Span:
    return convert(document(**fields)).resource_spans[0].scope_spans[0].spans[0]


def convert_value(value: object, depth: int = 24) -> Any:
    converted = convert(document(attributes=[{"key": "k", "value": value}]), depth)
    return converted.resource_spans[0].scope_spans[0].spans[0].attributes[0].value


@pytest.mark.parametrize("text", [TRACE_ID, TRACE_ID.lower()])
def test_J1_ids_are_hex_in_either_case(text: str) -> None:
    one = convert_span(
        traceId=text, parentSpanId=SPAN_ID.upper(), links=[{"traceId": text, "spanId": SPAN_ID}]
    )
    assert one.trace_id == one.links[0].trace_id == bytes.fromhex(text)
    assert one.parent_span_id == one.links[0].span_id == bytes.fromhex(SPAN_ID)


@pytest.mark.parametrize("text", ["W47/95gDgQPSabYzgT/GDA==", "abc", "zz", "12 34", "１２", 12])
def test_J1_ids_that_are_not_hex_are_refused(text: object) -> None:
    with pytest.raises(Invalid) as caught:
        convert_span(traceId=text)
    assert caught.value.field == "traceId"


def test_J1_ids_of_a_wrong_length_are_left_to_the_check_of_each_span() -> None:
    assert convert_span(traceId="abcd").trace_id == b"\xab\xcd"
    assert convert_span(spanId="").span_id == b""


def test_J2_enums_are_numbers() -> None:
    one = convert_span(kind=3, status={"code": 2})
    assert (one.kind, one.status.code) == (Span.SPAN_KIND_CLIENT, 2)


@pytest.mark.parametrize("name", ["SPAN_KIND_CLIENT", "3", 3.0, True, 1 << 40])
def test_J2_enum_names_are_refused(name: object) -> None:
    with pytest.raises(Invalid):
        convert_span(kind=name)


def test_J3_unknown_fields_are_ignored() -> None:
    future: dict[str, Any] = {"new": {"deep": [1, {"a": None}]}}
    body = document(**future, status=future, events=[future], attributes=[{"key": "k", "value": future}])
    body |= future
    body["resourceSpans"][0] |= future | {"resource": future}
    converted = convert(body)
    assert converted.resource_spans[0].scope_spans[0].spans[0].span_id == bytes.fromhex(SPAN_ID)


def test_J4_only_lower_camel_case_is_a_known_name() -> None:
    assert convert({"resource_spans": [{}]}) == ExportTraceServiceRequest()
    assert convert_span(start_time_unix_nano="5").start_time_unix_nano == 0


@pytest.mark.parametrize("number", [1544712660300000000, "1544712660300000000"])
def test_J5_64_bit_integers_are_numbers_or_decimal_strings(number: object) -> None:
    assert convert_span(startTimeUnixNano=number).start_time_unix_nano == 1544712660300000000
    assert convert_value({"intValue": number}).int_value == 1544712660300000000


@pytest.mark.parametrize("number", [-(1 << 63), (1 << 63) - 1, "-9223372036854775808", 1e3, -0.0])
def test_J5_the_whole_range_is_kept(number: Any) -> None:
    assert convert_value({"intValue": number}).int_value == int(number)


@pytest.mark.parametrize("number", [1 << 63, "9223372036854775808", 1.5, "1.5", "", "0x1", "١", "1_0", True])
def test_J5_anything_else_is_refused(number: object) -> None:
    with pytest.raises(Invalid):
        convert_value({"intValue": number})


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", bytes(range(256))])
def test_J5_bytes_are_base64(data: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(data).decode()
        assert convert_value({"bytesValue": text}).bytes_value == data
        assert convert_value({"bytesValue": text.rstrip("=")}).bytes_value == data


@pytest.mark.parametrize(
    "value",
    [
        {"bytesValue": "%%%"},
        {"stringValue": 1},
        {"boolValue": "true"},
        {"doubleValue": "one"},
        {"doubleValue": "1_0"},
        {"doubleValue": 10**400},
        {"arrayValue": []},
        {"arrayValue": {"values": {}}},
        {"stringValue": "a", "intValue": 1},
        [],
        "text",
    ],
)
def test_values_of_the_wrong_type_are_refused(value: object) -> None:
    with pytest.raises(Invalid):
        convert_value(value)


def test_doubles_may_be_special_strings() -> None:
    assert convert_value({"doubleValue": "Infinity"}).double_value == float("inf")
    assert convert_value({"doubleValue": "-Infinity"}).double_value == float("-inf")
    assert str(convert_value({"doubleValue": "NaN"}).double_value) == "nan"
    assert convert_value({"doubleValue": 3}).double_value == 3.0


def test_null_is_absent() -> None:
    body = document(name=None, kind=None, attributes=None, events=None, status=None, startTimeUnixNano=None)
    assert convert(body) == convert(document())
    assert convert_value({"stringValue": None, "intValue": 5}).int_value == 5
    assert convert({"resourceSpans": None}) == ExportTraceServiceRequest()


def test_nesting_is_bounded() -> None:
    value: dict[str, Any] = {"stringValue": "deep"}
    for _ in range(5):
        value = {"arrayValue": {"values": [value]}}
    convert_value(value, depth=5)
    with pytest.raises(Invalid) as caught:
        convert_value(value, depth=4)
    assert caught.value.reason is Reason.TOO_DEEP


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"\\ud800"', b'{"a":NaN}', b"[" * 100_000])
def test_what_is_not_a_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        request_from_json(body, 24)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcé"), values, max_size=4), st.integers(0, 5), st.integers(0, (1 << 64) - 1))
def test_reads_what_protobuf_writes(values_by_key: dict[str, Any], kind: int, time_ns: int) -> None:
    """Round trip through protobuf's own JSON writer, with ids rewritten from base64 to hex."""
    one = span(attributes=attributes(values_by_key), start_time_unix_nano=time_ns, flags=257, kind=kind)
    one.events.add(name="event", time_unix_nano=time_ns).attributes.extend(attributes(values_by_key))
    one.links.add(trace_id=one.trace_id, span_id=one.span_id, flags=1, trace_state="a=b")
    one.status.message, one.status.code = "boom", Status.STATUS_CODE_ERROR
    request = request_of(one, resource=values_by_key)
    body = json_format.MessageToDict(request, use_integers_for_enums=True)
    written = body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    for holder in (written, *written.get("links", [])):
        for name in ("traceId", "spanId"):
            holder[name] = base64.b64decode(holder[name]).hex()
    assert convert(body) == request
