"""Builds OTLP requests for tests: `trace_request(3)` is one request with three valid spans."""

from __future__ import annotations

import itertools
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_numbers = itertools.count(1)


def any_value(value: Any) -> AnyValue:
    """An AnyValue of the kind Python's type says; None is the empty value."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            array = AnyValue()
            array.array_value.SetInParent()
            array.array_value.values.extend(map(any_value, value))
            return array
        case dict():
            mapping = AnyValue()
            mapping.kvlist_value.SetInParent()
            mapping.kvlist_value.values.extend(attributes(value))
            return mapping
    raise TypeError(type(value))


def attributes(values: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def span(name: str = "work", **fields: Any) -> Span:
    """A valid span; ids are new with every call."""
    number = next(_numbers)
    fields.setdefault("trace_id", number.to_bytes(16, "big"))
    fields.setdefault("span_id", number.to_bytes(8, "big"))
    fields.setdefault("start_time_unix_nano", 1_700_000_000_000_000_000 + number)
    fields.setdefault("end_time_unix_nano", 1_700_000_000_001_000_000 + number)
    return Span(name=name, **fields)


def request_of(*spans: Span, resource: dict[str, Any] | None = None) -> ExportTraceServiceRequest:
    """One request, one resource, one scope."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes(resource or {"service.name": "shop"}))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "tests"
    scope_spans.spans.extend(spans)
    return request


def trace_request(count: int = 1, name: str = "work") -> bytes:
    """Bytes of a request with `count` valid spans, different with every call."""
    return request_of(*(span(name) for _ in range(count))).SerializeToString()
