"""Message classes that read an ExportTraceServiceRequest faster than the full one. Descriptors, no rules.

Protobuf merges a repeated occurrence of a *singular* sub-message into the first. Declared that way, a whole
request collapses into one small message while upb still checks every byte of it: wire types, lengths, UTF-8,
recursion. Nothing is allocated per span. Measured with 512-span requests of 322-byte spans: 518 ns per span
against 606 for the full class, and the nesting of all attribute values becomes visible as one small tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

_Field = descriptor_pb2.FieldDescriptorProto
_REQUEST = "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest"


@dataclass(frozen=True, slots=True)
class RequestViews:
    """Classes with upb's `FromString`. Typed `Any`: they are built from descriptors and have no stubs.

    Attributes:
        merged: The whole request, every sub-message singular, oneofs dissolved, the span's ids repeated:
            `merged.resource_spans.scope_spans.spans.trace_id` lists the trace id fields of all spans.
        flat: The raw bytes of every span, resource and scope: `flat.resource_spans.scope_spans.spans`,
            `flat.resource_spans.resource`, `flat.resource_spans.scope_spans.scope`.
    """

    merged: Any
    flat: Any


def build_views() -> RequestViews:
    """Build the classes in their own descriptor pools (about 2 ms)."""
    return RequestViews(merged=_build_merged(), flat=_build_flat())


def _build_merged() -> Any:
    pool = descriptor_pool.DescriptorPool()
    for module in (common_pb2, resource_pb2, trace_pb2, trace_service_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        file.ClearField("service")
        for message in file.message_type:
            _make_singular(message)
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(_REQUEST))


def _make_singular(message: descriptor_pb2.DescriptorProto) -> None:
    message.ClearField("oneof_decl")
    for field in message.field:
        field.ClearField("oneof_index")
        if field.type == _Field.TYPE_MESSAGE:
            field.label = _Field.LABEL_OPTIONAL
        elif message.name == "Span" and field.name in ("trace_id", "span_id"):
            field.label = _Field.LABEL_REPEATED
    for nested in message.nested_type:
        _make_singular(nested)


def _build_flat() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="flat.proto", package="flat", syntax="proto3")
    request = file.message_type.add(name="Request")
    _add_field(request, "resource_spans", 1, "ResourceSpans")
    resource_spans = file.message_type.add(name="ResourceSpans")
    _add_field(resource_spans, "resource", 1)
    _add_field(resource_spans, "scope_spans", 2, "ScopeSpans")
    scope_spans = file.message_type.add(name="ScopeSpans")
    _add_field(scope_spans, "scope", 1)
    _add_field(scope_spans, "spans", 2)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("flat.Request"))


def _add_field(message: descriptor_pb2.DescriptorProto, name: str, number: int, child: str = "") -> None:
    if child:
        message.field.add(
            name=name,
            number=number,
            label=_Field.LABEL_OPTIONAL,
            type=_Field.TYPE_MESSAGE,
            type_name=f".flat.{child}",
        )
    else:
        message.field.add(name=name, number=number, label=_Field.LABEL_REPEATED, type=_Field.TYPE_BYTES)
