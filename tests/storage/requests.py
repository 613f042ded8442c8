"""OTLP requests for storage tests, built with the official classes."""

from __future__ import annotations

import random
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

START_NS = 1_795_366_200_000_000_000


def any_value(value: Any) -> AnyValue:
    """A Python value as OTLP's AnyValue; None is the empty one."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    filled = AnyValue()
    if isinstance(value, list):
        filled.array_value.SetInParent()
        filled.array_value.values.extend(any_value(item) for item in value)
    else:
        filled.kvlist_value.SetInParent()
        filled.kvlist_value.values.extend(attributes(value))
    return filled


def attributes(values: dict[str, Any]) -> list[KeyValue]:
    """A dict as OTLP attributes."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def request(
    spans: list[Span], *, service: str = "checkout", resource: dict[str, Any] | None = None
) -> ExportTraceServiceRequest:
    """One request of one resource and one scope."""
    message = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes({"service.name": service, **(resource or {})}))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "tests"
    scope_spans.scope.version = "1"
    scope_spans.spans.extend(spans)
    return message


def span(seed: int = 0, **fields: Any) -> Span:
    """A valid span; ids follow from `seed`, `fields` override."""
    source = random.Random(seed)
    made = Span(
        trace_id=source.randbytes(16),
        span_id=source.randbytes(8),
        name=f"operation-{seed}",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=START_NS + seed,
        end_time_unix_nano=START_NS + seed + 5_000_000,
    )
    for name, value in fields.items():
        if name == "attributes":
            made.attributes.extend(attributes(value))
        elif name in ("events", "links"):
            getattr(made, name).extend(value)
        elif name == "status":
            made.status.CopyFrom(value)
        else:
            setattr(made, name, value)
    return made


def requests(count: int, *, spans_each: int = 3, first_seed: int = 0) -> list[bytes]:
    """Serialized requests of distinct spans."""
    return [
        request([span(first_seed + number * spans_each + i) for i in range(spans_each)]).SerializeToString()
        for number in range(count)
    ]
