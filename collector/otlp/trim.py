"""Brings an oversized request under the attribute limits. Pure; the slow path, taken only when needed.

Strings and byte values over the length limit are cut, as SDK limits do, and the attribute's key is listed in
`spanhouse.truncated_attributes` beside it, so nobody mistakes the stump for the value. A span with too many
attributes is taken out and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.limits import Limits
from collector.refusal import Invalid, Reason

TRUNCATED_ATTRIBUTES = "spanhouse.truncated_attributes"


class Trimmer:
    """Applies `max_attributes_per_span` and `max_attribute_length` exactly."""

    def __init__(self, limits: Limits) -> None:
        self._max_attributes = limits.max_attributes_per_span
        self._max_length = limits.max_attribute_length

    def exceeds(self, spans: Iterable[bytes], resources: Iterable[bytes], scopes: Iterable[bytes]) -> bool:
        """Tell whether any of these serialized messages breaks a limit."""
        return (
            any(self._span_exceeds(Span.FromString(span)) for span in spans)
            or any(self._attributes_exceed(Resource.FromString(item).attributes) for item in resources)
            or any(
                self._attributes_exceed(InstrumentationScope.FromString(item).attributes) for item in scopes
            )
        )

    def trim(self, request: bytes) -> tuple[bytes, int]:
        """Cut values and take out spans with too many attributes.

        Returns:
            The serialized remainder (unknown fields kept) and the number of spans taken out.

        Raises:
            Invalid: A resource or scope has too many attributes: there is no single span to blame.
        """
        message = ExportTraceServiceRequest.FromString(request)
        taken_out = 0
        for resource_spans in message.resource_spans:
            self._trim_shared(resource_spans.resource, "resource")
            for scope_spans in resource_spans.scope_spans:
                self._trim_shared(scope_spans.scope, "scope")
                spans = scope_spans.spans
                too_many = [index for index, span in enumerate(spans) if self._has_too_many(span)]
                for index in reversed(too_many):
                    del spans[index]
                taken_out += len(too_many)
                for span in spans:
                    for attributes in _attribute_lists(span):
                        self._cut(attributes)
        return message.SerializeToString(), taken_out

    def _trim_shared(self, carrier: Resource | InstrumentationScope, name: str) -> None:
        if len(carrier.attributes) > self._max_attributes:
            raise Invalid(
                Reason.TOO_MANY_ATTRIBUTES,
                f"a {name} has {len(carrier.attributes)} attributes; the limit is {self._max_attributes}",
                f"resource_spans.{'scope_spans.' if name == 'scope' else ''}{name}.attributes",
            )
        self._cut(carrier.attributes)

    def _span_exceeds(self, span: Span) -> bool:
        return any(map(self._attributes_exceed, _attribute_lists(span)))

    def _attributes_exceed(self, attributes: Any) -> bool:
        return len(attributes) > self._max_attributes or any(
            self._value_exceeds(attribute.value) for attribute in attributes
        )

    def _has_too_many(self, span: Span) -> bool:
        return any(len(attributes) > self._max_attributes for attributes in _attribute_lists(span))

    def _value_exceeds(self, value: AnyValue) -> bool:
        kind = value.WhichOneof("value")
        if kind == "string_value":
            return len(value.string_value) > self._max_length
        if kind == "bytes_value":
            return len(value.bytes_value) > self._max_length
        if kind == "array_value":
            return any(map(self._value_exceeds, value.array_value.values))
        if kind == "kvlist_value":
            return any(self._value_exceeds(item.value) for item in value.kvlist_value.values)
        return False

    def _cut(self, attributes: Any) -> None:
        cut_keys = [attribute.key for attribute in attributes if self._cut_value(attribute.value)]
        if cut_keys:
            mark = KeyValue(key=TRUNCATED_ATTRIBUTES)
            mark.value.array_value.values.extend(AnyValue(string_value=key) for key in cut_keys)
            attributes.append(mark)

    def _cut_value(self, value: AnyValue) -> bool:
        kind = value.WhichOneof("value")
        if kind == "string_value":
            text = value.string_value
            if len(text) > self._max_length:
                value.string_value = text[: self._max_length]
                return True
        elif kind == "bytes_value":
            data = value.bytes_value
            if len(data) > self._max_length:
                value.bytes_value = data[: self._max_length]
                return True
        elif kind == "array_value":
            return sum(map(self._cut_value, value.array_value.values)) > 0
        elif kind == "kvlist_value":
            return sum(self._cut_value(item.value) for item in value.kvlist_value.values) > 0
        return False


def _attribute_lists(span: Span) -> Iterator[Any]:
    yield span.attributes
    for event in span.events:
        yield event.attributes
    for link in span.links:
        yield link.attributes
