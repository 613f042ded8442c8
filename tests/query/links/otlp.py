"""Stores spans of the linker as a sender would: OTLP requests, in any order, some of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from query.links.span import LinkSpan
from storage.client import Database
from tests.query.links.rows import KIND_NUMBERS
from tests.storing import SettledWriter


def writer(database: Database, directory: Path) -> SettledWriter:
    """A writer into this store."""
    return SettledWriter(database)


def shuffled_requests(spans: Sequence[LinkSpan], random: Random, *, twice: float = 0.1) -> list[bytes]:
    """The spans cut into small requests in random order; some spans come in two requests."""
    order = list(spans) + [span for span in spans if random.random() < twice]
    random.shuffle(order)
    size = max(1, len(order) // 6)
    return [request(order[start : start + size]) for start in range(0, len(order), size)]


def request(spans: Iterable[LinkSpan]) -> bytes:
    """One ExportTraceServiceRequest, serialized."""
    message = ExportTraceServiceRequest()
    for span in spans:
        resource_spans = message.resource_spans.add()
        resource = {"service.name": span.service, **span.resource}
        resource_spans.resource.attributes.extend(_pairs(resource))
        scoped = resource_spans.scope_spans.add()
        scoped.scope.name = span.scope_name
        scoped.spans.append(_span(span))
    return message.SerializeToString()


def _span(span: LinkSpan) -> Span:
    return Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_span_id),
        name=span.name,
        kind=KIND_NUMBERS[span.kind],  # type: ignore[arg-type]  # enum values are ints
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns,
        attributes=_pairs(span.attributes),
        trace_state=span.trace_state,
        status=Status(code=Status.STATUS_CODE_ERROR if span.error else Status.STATUS_CODE_UNSET),
        links=[
            Span.Link(trace_id=bytes.fromhex(trace_id), span_id=bytes.fromhex(span_id))
            for trace_id, span_id in span.span_links
        ],
    )


def _pairs(attributes: Mapping[str, object]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in attributes.items()]


def _value(value: object) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    return AnyValue(string_value=str(value))
