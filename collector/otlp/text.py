"""Makes the text of a request valid: what is not UTF-8 becomes U+FFFD. Pure.

C and C++ senders (web servers that trace what browsers ask them) pass bytes on as they came. Protobuf refuses
a whole request for one such byte, and with it the spans of everybody else who was in the batch.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

_Field = descriptor_pb2.FieldDescriptorProto
_REQUEST = trace_service_pb2.ExportTraceServiceRequest.DESCRIPTOR


class TextMender:
    """Thread-safe: it keeps no state between calls."""

    def __init__(self) -> None:
        self._request = _build_request_of_bytes()

    def mended(self, request: bytes) -> bytes:
        """The same request with valid text. Costs a few microseconds for each field of each span.

        Raises:
            DecodeError: Not even without its text an ExportTraceServiceRequest.
        """
        message = self._request.FromString(request)
        _mend(message, _REQUEST)
        return bytes(message.SerializeToString())


def _mend(message: Any, described: Descriptor) -> None:
    for field, value in message.ListFields():
        meant = described.fields_by_number[field.number]
        if meant.message_type is not None:
            for child in value if meant.is_repeated else (value,):
                _mend(child, meant.message_type)
        elif meant.type == FieldDescriptor.TYPE_STRING:
            if meant.is_repeated:
                value[:] = [_valid(item) for item in value]
            else:
                setattr(message, field.name, _valid(value))


def _valid(text: bytes) -> bytes:
    return text.decode("utf-8", "replace").encode()


def _build_request_of_bytes() -> Any:
    """The class of requests with every string declared as bytes: the wire type is the same."""
    pool = descriptor_pool.DescriptorPool()
    for module in (common_pb2, resource_pb2, trace_pb2, trace_service_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        file.ClearField("service")
        for message in file.message_type:
            _declare_bytes(message)
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(_REQUEST.full_name))


def _declare_bytes(message: descriptor_pb2.DescriptorProto) -> None:
    for field in message.field:
        if field.type == _Field.TYPE_STRING:
            field.type = _Field.TYPE_BYTES
    for nested in message.nested_type:
        _declare_bytes(nested)
