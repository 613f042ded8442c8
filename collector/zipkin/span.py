"""One Zipkin v2 span as an OTLP span, after the OpenTelemetry specification's Zipkin mapping. Pure.

Field numbers are those of opentelemetry/proto/trace/v1/trace.proto.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from collector.otlp.json_values import read_array, read_object, refuse
from collector.otlp.wire import double_field, fixed64_field, length_field, varint_field
from collector.zipkin.endpoint import Endpoint, read_endpoint, read_string

_KINDS = {"": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
_STATUS_CODES = {"OK": 1, "ERROR": 2}
_SCOPE_TAGS = {
    "otel.scope.name": 1,
    "otel.library.name": 1,
    "otel.scope.version": 2,
    "otel.library.version": 2,
}
_HEX = re.compile("[0-9a-fA-F]+")
_MAX_MICROSECONDS = (1 << 63) // 1000


@dataclass(frozen=True, slots=True)
class ZipkinSpan:
    """A span read and checked, not yet placed under its parent.

    Attributes:
        trace_id: 16 bytes.
        span_id: 8 bytes.
        parent_id: 8 bytes, or empty for a root.
        shared: The server half of a span whose client half has the same id.
        local: The service that reported it.
        scope: An InstrumentationScope message.
        body: The fields of the OTLP span other than its ids.
    """

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    shared: bool
    local: Endpoint
    scope: bytes
    body: bytes


def read_span(item: dict[str, Any], received_ns: int) -> ZipkinSpan:
    """Read one element of the list that Zipkin clients send.

    Args:
        item: The JSON object.
        received_ns: Unix time, for spans that carry no time at all (Zipkin allows that for shared ones).

    Raises:
        Invalid: A member has the wrong type or an id is not hex.
    """
    tags = _read_tags(item)
    local = read_endpoint(item.get("localEndpoint"), "localEndpoint")
    remote = read_endpoint(item.get("remoteEndpoint"), "remoteEndpoint")
    kind = _KINDS.get(read_string(item, "kind", "span"))
    if kind is None:
        refuse("span.kind", "CLIENT, SERVER, PRODUCER or CONSUMER")
    scope = b"".join(
        length_field(number, tags.pop(name).encode()) for name, number in _SCOPE_TAGS.items() if name in tags
    )
    events = [_read_event(annotation) for annotation in read_array(item.get("annotations"), "annotations")]
    start_ns = _read_microseconds(item, "timestamp") or min(
        (time_ns for time_ns, _ in events if time_ns), default=received_ns
    )
    status = _take_status(tags)
    body = [
        length_field(5, read_string(item, "name", "span").encode()),
        varint_field(6, kind),
        fixed64_field(7, start_ns),
        fixed64_field(8, start_ns + _read_microseconds(item, "duration")),
        *(length_field(9, string_attribute(key, value)) for key, value in tags.items()),
        *_endpoint_attributes("network.local", local),
        *_endpoint_attributes("network.peer", remote),
        *(length_field(11, fixed64_field(1, time_ns) + rest) for time_ns, rest in events),
    ]
    if remote.service:
        body.append(length_field(9, string_attribute("service.peer.name", remote.service)))
    if status:
        body.append(length_field(15, status))
    parent_id = _read_id(item, "parentId", 8)
    return ZipkinSpan(
        trace_id=_read_id(item, "traceId", 16),
        span_id=_read_id(item, "id", 8),
        parent_id=b"" if parent_id == bytes(8) else parent_id,
        shared=item.get("shared") is True,
        local=local,
        scope=scope,
        body=b"".join(body),
    )


def string_attribute(key: str, value: str) -> bytes:
    """A KeyValue message with a string."""
    return length_field(1, key.encode()) + length_field(2, length_field(1, value.encode()))


def _read_tags(item: dict[str, Any]) -> dict[str, str]:
    tags = read_object(item.get("tags"), "tags")
    for key, value in tags.items():
        if type(value) is not str:
            # Zipkin's own server refuses these; some clients send numbers and booleans all the same.
            tags[key] = orjson.dumps(value).decode() if value is not None else ""
    return tags


def _read_id(item: dict[str, Any], name: str, size_bytes: int) -> bytes:
    text = read_string(item, name, "span")
    if not text:
        return b""
    if len(text) > 2 * size_bytes or not _HEX.fullmatch(text):
        refuse(f"span.{name}", f"at most {2 * size_bytes} hex digits")
    # 64-bit trace ids, and ids written without leading zeros, are padded on the left.
    return bytes.fromhex(text.zfill(2 * size_bytes))


def _read_microseconds(item: dict[str, Any], name: str) -> int:
    value = item.get(name) or 0
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value < _MAX_MICROSECONDS:
        refuse(f"span.{name}", "a whole number of microseconds")
    return value * 1000


def _endpoint_attributes(prefix: str, endpoint: Endpoint) -> list[bytes]:
    attributes = []
    if endpoint.address:
        attributes.append(length_field(9, string_attribute(f"{prefix}.address", endpoint.address)))
    if endpoint.port:
        key = length_field(1, f"{prefix}.port".encode())
        attributes.append(length_field(9, key + length_field(2, varint_field(3, endpoint.port))))
    return attributes


def _take_status(tags: dict[str, str]) -> bytes:
    """Turn `otel.status_code` and `error` into a Status message, and take out what it says."""
    code = _STATUS_CODES.get(tags.get("otel.status_code", ""), 0)
    if code:
        del tags["otel.status_code"]
    message = tags.pop("otel.status_description", "")
    # Zipkin: the tag's presence means failure. "false" is a widespread misunderstanding of that.
    if "error" in tags and tags["error"].lower() != "false" and code != _STATUS_CODES["OK"]:
        error = tags.pop("error")
        code = _STATUS_CODES["ERROR"]
        if error.lower() not in ("true", ""):
            message = message or error
    if not code:
        return b""
    return (length_field(2, message.encode()) if message else b"") + varint_field(3, code)


def _read_event(annotation: object) -> tuple[int, bytes]:
    """An annotation as (time, the other fields of an Event message).

    OTel exporters write an event with attributes as `"name": {"key": "value"}`; others write plain text.
    """
    item = read_object(annotation, "annotations")
    text = read_string(item, "value", "annotations")
    name, attributes = text, {}
    if text.startswith('"') and text.endswith("}"):
        try:
            parsed = orjson.loads("{" + text + "}")
        except orjson.JSONDecodeError:
            parsed = {}
        if len(parsed) == 1 and type(inner := next(iter(parsed.values()))) is dict:
            name, attributes = next(iter(parsed)), inner
    fields = length_field(2, name.encode())
    for key, value in attributes.items():
        fields += length_field(3, length_field(1, key.encode()) + length_field(2, _any_value(value)))
    return _read_microseconds(item, "timestamp"), fields


def _any_value(value: object) -> bytes:
    match value:
        case bool():
            return varint_field(2, value)
        case int() if -(1 << 63) <= value < 1 << 63:
            return varint_field(3, value)
        case float():
            return double_field(4, value)
        case str():
            return length_field(1, value.encode())
        case _:
            return length_field(1, orjson.dumps(value))
