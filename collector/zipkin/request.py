"""A Zipkin v2 JSON list of spans as the bytes of one ExportTraceServiceRequest. Pure.

Zipkin's client and server halves of a call may share one span id; OTLP knows no such thing. The server half
(`shared`) gets an id of its own, derived from the shared one, and the client half becomes its parent. Spans
of the server's process name the shared id as their parent: those in the same list move under the server half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from collector.json_body import read_json
from collector.otlp.json_values import read_object
from collector.otlp.wire import length_field
from collector.refusal import Invalid, Reason
from collector.zipkin.endpoint import UNKNOWN_SERVICE
from collector.zipkin.span import ZipkinSpan, read_span, string_attribute


def request_from_zipkin(body: bytes, received_ns: int) -> bytes:
    """Convert a list of spans.

    Args:
        body: JSON as Zipkin clients POST it to `/api/v2/spans`.
        received_ns: Unix time, for spans without any time.

    Raises:
        Invalid: Not JSON, not a list of objects, or a member of the wrong type.
    """
    items = read_json(body)
    if type(items) is not list:
        raise Invalid(Reason.UNDECODABLE, "the body must be a JSON list of Zipkin v2 spans")
    spans = [read_span(read_object(item, "span"), received_ns) for item in items]
    return b"".join(_resource_spans(service, group) for service, group in _by_service(spans))


def server_half_id(trace_id: bytes, shared_id: bytes) -> bytes:
    """The span id of the server half: the same for every collector and every retry, practically unique."""
    return hashlib.blake2b(trace_id + shared_id, digest_size=8, person=b"zipkin-server").digest()


def _by_service(spans: Iterable[ZipkinSpan]) -> Iterator[tuple[str, list[ZipkinSpan]]]:
    groups: dict[str, list[ZipkinSpan]] = {}
    for span in spans:
        groups.setdefault(span.local.service or UNKNOWN_SERVICE, []).append(span)
    yield from groups.items()


def _resource_spans(service: str, spans: list[ZipkinSpan]) -> bytes:
    resource = length_field(1, string_attribute("service.name", service))
    shared = {(span.trace_id, span.span_id) for span in spans if span.shared}
    scopes: dict[bytes, list[bytes]] = {}
    for span in spans:
        scopes.setdefault(span.scope, []).append(length_field(2, _span(span, shared)))
    scope_spans = (
        length_field(2, length_field(1, scope) + b"".join(members)) for scope, members in scopes.items()
    )
    return length_field(1, length_field(1, resource) + b"".join(scope_spans))


def _span(span: ZipkinSpan, shared: set[tuple[bytes, bytes]]) -> bytes:
    span_id, parent_id = span.span_id, span.parent_id
    if span.shared:
        span_id, parent_id = server_half_id(span.trace_id, span_id), span_id
    elif (span.trace_id, parent_id) in shared:
        parent_id = server_half_id(span.trace_id, parent_id)
    ids = length_field(1, span.trace_id) + length_field(2, span_id)
    if parent_id:
        ids += length_field(4, parent_id)
    return ids + span.body
