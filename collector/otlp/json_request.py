"""Turns an OTLP/JSON request into the protobuf bytes of the same request. Pure.

Unknown fields are ignored, names are lowerCamelCase only; what is left out is left out. The result takes the
same path as a protobuf request, the check included.
"""

from __future__ import annotations

from typing import Any

from collector.json_body import read_json
from collector.otlp.json_values import (
    read_array,
    read_enum,
    read_hex,
    read_object,
    read_text,
    read_uint32,
    read_uint64,
    write_attributes,
)
from collector.otlp.wire import fixed32_field, fixed64_field, length_field, varint_field
from collector.refusal import Invalid, Reason

# Field numbers are those of opentelemetry/proto/trace/v1/trace.proto.


def request_from_json(body: bytes, max_nesting_depth: int) -> bytes:
    """Convert a whole request.

    Args:
        body: JSON of an ExportTraceServiceRequest.
        max_nesting_depth: Levels of arrays and maps allowed in an attribute value.

    Raises:
        Invalid: Not JSON, or a field of the wrong type.
    """
    root = read_json(body)
    if type(root) is not dict:
        raise Invalid(Reason.UNDECODABLE, "the body must be a JSON object with resourceSpans")
    return b"".join(
        length_field(1, _resource_spans(read_object(item, "resourceSpans"), max_nesting_depth))
        for item in read_array(root.get("resourceSpans"), "resourceSpans")
    )


def _resource_spans(item: dict[str, Any], depth: int) -> bytes:
    parts = []
    if (resource := item.get("resource")) is not None:
        parts.append(length_field(1, _resource(read_object(resource, "resource"), depth)))
    parts += [
        length_field(2, _scope_spans(read_object(scope_spans, "scopeSpans"), depth))
        for scope_spans in read_array(item.get("scopeSpans"), "scopeSpans")
    ]
    _add_text(parts, 3, item, "schemaUrl")
    return b"".join(parts)


def _resource(resource: dict[str, Any], depth: int) -> bytes:
    parts = write_attributes(1, resource.get("attributes"), "resource.attributes", depth)
    _add_count(parts, 2, resource, "droppedAttributesCount")
    return b"".join(parts)


def _scope_spans(item: dict[str, Any], depth: int) -> bytes:
    parts = []
    if (scope := item.get("scope")) is not None:
        parts.append(length_field(1, _scope(read_object(scope, "scope"), depth)))
    parts += [
        length_field(2, _span(read_object(span, "spans"), depth))
        for span in read_array(item.get("spans"), "spans")
    ]
    _add_text(parts, 3, item, "schemaUrl")
    return b"".join(parts)


def _scope(scope: dict[str, Any], depth: int) -> bytes:
    parts: list[bytes] = []
    _add_text(parts, 1, scope, "name")
    _add_text(parts, 2, scope, "version")
    parts += write_attributes(3, scope.get("attributes"), "scope.attributes", depth)
    _add_count(parts, 4, scope, "droppedAttributesCount")
    return b"".join(parts)


def _span(span: dict[str, Any], depth: int) -> bytes:
    parts: list[bytes] = []
    _add_id(parts, 1, span, "traceId")
    _add_id(parts, 2, span, "spanId")
    _add_text(parts, 3, span, "traceState")
    _add_id(parts, 4, span, "parentSpanId")
    _add_text(parts, 5, span, "name")
    if (kind := span.get("kind")) is not None:
        parts.append(varint_field(6, read_enum(kind, "kind")))
    _add_time(parts, 7, span, "startTimeUnixNano")
    _add_time(parts, 8, span, "endTimeUnixNano")
    parts += write_attributes(9, span.get("attributes"), "attributes", depth)
    _add_count(parts, 10, span, "droppedAttributesCount")
    parts += [
        length_field(11, _event(read_object(event, "events"), depth))
        for event in read_array(span.get("events"), "events")
    ]
    _add_count(parts, 12, span, "droppedEventsCount")
    parts += [
        length_field(13, _link(read_object(link, "links"), depth))
        for link in read_array(span.get("links"), "links")
    ]
    _add_count(parts, 14, span, "droppedLinksCount")
    if (status := span.get("status")) is not None:
        parts.append(length_field(15, _status(read_object(status, "status"))))
    _add_flags(parts, 16, span)
    return b"".join(parts)


def _event(event: dict[str, Any], depth: int) -> bytes:
    parts: list[bytes] = []
    _add_time(parts, 1, event, "timeUnixNano")
    _add_text(parts, 2, event, "name")
    parts += write_attributes(3, event.get("attributes"), "events.attributes", depth)
    _add_count(parts, 4, event, "droppedAttributesCount")
    return b"".join(parts)


def _link(link: dict[str, Any], depth: int) -> bytes:
    parts: list[bytes] = []
    _add_id(parts, 1, link, "traceId")
    _add_id(parts, 2, link, "spanId")
    _add_text(parts, 3, link, "traceState")
    parts += write_attributes(4, link.get("attributes"), "links.attributes", depth)
    _add_count(parts, 5, link, "droppedAttributesCount")
    _add_flags(parts, 6, link)
    return b"".join(parts)


def _status(status: dict[str, Any]) -> bytes:
    parts: list[bytes] = []
    _add_text(parts, 2, status, "message")
    if (code := status.get("code")) is not None:
        parts.append(varint_field(3, read_enum(code, "status.code")))
    return b"".join(parts)


def _add_text(parts: list[bytes], number: int, message: dict[str, Any], name: str) -> None:
    if (value := message.get(name)) is not None:
        parts.append(length_field(number, read_text(value, name)))


def _add_id(parts: list[bytes], number: int, message: dict[str, Any], name: str) -> None:
    if (value := message.get(name)) is not None:
        parts.append(length_field(number, read_hex(value, name)))


def _add_time(parts: list[bytes], number: int, message: dict[str, Any], name: str) -> None:
    if (value := message.get(name)) is not None:
        parts.append(fixed64_field(number, read_uint64(value, name)))


def _add_count(parts: list[bytes], number: int, message: dict[str, Any], name: str) -> None:
    if (value := message.get(name)) is not None:
        parts.append(varint_field(number, read_uint32(value, name)))


def _add_flags(parts: list[bytes], number: int, message: dict[str, Any]) -> None:
    if (value := message.get("flags")) is not None:
        parts.append(fixed32_field(number, read_uint32(value, "flags")))
