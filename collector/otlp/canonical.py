"""Where protobuf's reading of a request and ClickHouse's could differ, and the bytes both read alike. Pure.

Both follow the wire format, but protobuf sets aside a field whose wire type is not its own, and whatever
stands in a group; ClickHouse refuses the former and reads the latter as if the group were not there. Of an id
given twice protobuf keeps the last, ClickHouse neither. No SDK writes such requests. Those that can be told
cheaply are rewritten before they are stored; the others (a oneof with two members, a number too large for its
type) ClickHouse refuses, and `collector.poison` rewrites them then. tests/collector/corpus.py lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_START_GROUP = 3


def canonical(request: bytes) -> bytes:
    """The same request as protobuf reads it, without unknown fields; each field once, in order."""
    message = ExportTraceServiceRequest.FromString(request)
    message.DiscardUnknownFields()
    return message.SerializeToString()


def has_unknown_fields(message: Any) -> bool:
    """Tell whether a message holds fields that its class does not declare; they are gone afterwards.

    About 10 µs for the plain view of a request of any size.
    """
    size_bytes = message.ByteSize()
    message.DiscardUnknownFields()
    return bool(message.ByteSize() != size_bytes)


def is_ambiguous(merged: Any) -> bool:
    """Tell whether a request holds groups, or known fields in a wire type that is not theirs.

    Fields that a newer OTLP may add are neither. About 15 µs for a request of any size.

    Args:
        merged: A message of `RequestViews.merged`, not nested too deeply.
    """
    return any(map(_holds_misplaced_field, _messages(merged)))


def _holds_misplaced_field(message: Any) -> bool:
    unknown = UnknownFieldSet(message)
    return len(unknown) > 0 and any(
        field.wire_type == _START_GROUP or field.field_number in message.DESCRIPTOR.fields_by_number
        for field in map(unknown.__getitem__, range(len(unknown)))
    )


def _messages(merged: Any) -> Iterator[Any]:
    resource_spans = merged.resource_spans
    scope_spans = resource_spans.scope_spans
    span = scope_spans.spans
    yield from (merged, resource_spans, scope_spans, span)
    if span.HasField("status"):
        yield span.status
    for carrier in (resource_spans.resource, scope_spans.scope, span):
        yield from _carrier_messages(carrier)
    for name in ("events", "links"):
        if span.HasField(name):
            yield from _carrier_messages(getattr(span, name))


def _carrier_messages(carrier: Any) -> Iterator[Any]:
    yield carrier
    if carrier.HasField("attributes"):
        yield from _attribute_messages(carrier.attributes)


def _attribute_messages(attribute: Any) -> Iterator[Any]:
    yield attribute
    yield from _value_messages(attribute.value)


def _value_messages(value: Any) -> Iterator[Any]:
    yield value
    if value.HasField("array_value"):
        yield value.array_value
        yield from _value_messages(value.array_value.values)
    if value.HasField("kvlist_value"):
        yield value.kvlist_value
        yield from _attribute_messages(value.kvlist_value.values)
