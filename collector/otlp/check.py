"""Decides whether a request can be stored as it is, without touching its spans one by one. Pure.

What passes goes on as the same bytes; ClickHouse decodes them. Exact work per span happens only for spans
that a cheap test over sizes could not clear (`collector.otlp.trim`). Next stop: `collector.batcher`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.limits import Limits
from collector.otlp.canonical import canonical, has_unknown_fields, is_ambiguous
from collector.otlp.nesting import exceeds_depth
from collector.otlp.text import TextMender
from collector.otlp.trim import Trimmer
from collector.otlp.views import build_views
from collector.refusal import Invalid, Reason, TooLarge

# How every SDK starts a span: field 1, 16 bytes, field 2, 8 bytes, neither all zero.
_VALID_IDS = re.compile(rb"\x0a\x10(?!\x00{16}).{16}\x12\x08(?!\x00{8}).{8}", re.DOTALL)
_MANY_SPANS = 12
_HEAD_BYTES = 28
_HEAD = itemgetter(slice(_HEAD_BYTES))
_ID_TAGS_AND_SIZES = ((0, b"\x0a"), (1, b"\x10"), (18, b"\x12"), (19, b"\x08"))
_NO_TRACE_ID = bytes(16)
_NO_SPAN_ID = bytes(8)
_NOT_OTLP = "the body is not an ExportTraceServiceRequest in protobuf encoding"


@dataclass(slots=True)
class CheckedRequest:
    """A request fit for the store.

    Attributes:
        request: The bytes to store: those received, unless they had to be trimmed or made canonical.
        span_count: Spans received.
        rejected: Spans the store will not keep, by reason.
        message: Tells the client's developer what was rejected; empty when nothing was.
    """

    request: bytes
    span_count: int
    rejected: dict[Reason, int] = field(default_factory=dict)
    message: str = ""

    @property
    def rejected_count(self) -> int:
        """Spans rejected for any reason."""
        return sum(self.rejected.values()) if self.rejected else 0

    @property
    def accepted_count(self) -> int:
        """Spans to store."""
        return self.span_count - self.rejected_count


class RequestChecker:
    """Checks requests against one set of limits. Thread-safe: it keeps no state between calls."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._views = build_views(limits.max_nesting_depth)
        self._trimmer = Trimmer(limits)
        self._text = TextMender()
        # Nothing below this size can hold too many attributes (two bytes each at least) or too long a value.
        self._suspicious_bytes = min(2 * limits.max_attributes_per_span, limits.max_attribute_length)

    def check(self, request: bytes) -> CheckedRequest:
        """Parse and count.

        Args:
            request: Bytes of an ExportTraceServiceRequest, decompressed, any content.

        Raises:
            Invalid: Not an ExportTraceServiceRequest, or attribute values nested too deeply, or a resource or
                scope with too many attributes.
            TooLarge: More spans than allowed.
        """
        try:
            merged = self._views.plain.FromString(request)
        except DecodeError:
            request = self._with_valid_text(request)
            merged = self._decode(self._views.plain, request)
        if has_unknown_fields(merged):
            merged = self._parse(request)
            if is_ambiguous(merged):
                request = canonical(request)
                merged = self._parse(request)
        flat = self._views.flat.FromString(request).resource_spans
        spans: list[bytes] = list(flat.scope_spans.spans)
        if len(spans) > self._limits.max_spans_per_request:
            raise TooLarge(
                Reason.TOO_MANY_SPANS,
                f"{len(spans)} spans in one request; the limit is {self._limits.max_spans_per_request}",
            )
        if len(request) <= self._suspicious_bytes or not self._exceeds_limits(len(request), flat, spans):
            return self._check_ids(request, merged, spans)
        trimmed, taken_out = self._trimmer.trim(request)
        flat = self._views.flat.FromString(trimmed).resource_spans
        checked = self._check_ids(trimmed, self._parse(trimmed), list(flat.scope_spans.spans))
        if not taken_out:
            return checked
        text = f"{taken_out} spans have more than {self._limits.max_attributes_per_span} attributes"
        return CheckedRequest(
            trimmed,
            checked.span_count + taken_out,
            checked.rejected | {Reason.TOO_MANY_ATTRIBUTES: taken_out},
            f"{text}; {checked.message}" if checked.message else text,
        )

    def _with_valid_text(self, request: bytes) -> bytes:
        try:
            return self._text.mended(request)
        except DecodeError as error:
            raise Invalid(Reason.UNDECODABLE, _NOT_OTLP) from error

    @staticmethod
    def _decode(view: Any, request: bytes) -> Any:
        try:
            return view.FromString(request)
        except DecodeError as error:
            raise Invalid(Reason.UNDECODABLE, _NOT_OTLP) from error

    def _parse(self, request: bytes) -> Any:
        merged = self._decode(self._views.merged, request)
        if exceeds_depth(merged, self._limits.max_nesting_depth):
            raise Invalid(
                Reason.TOO_DEEP,
                f"attribute values are nested deeper than {self._limits.max_nesting_depth} levels",
                "resource_spans.scope_spans.spans.attributes",
            )
        return merged

    def _exceeds_limits(self, request_bytes: int, flat: Any, spans: list[bytes]) -> bool:
        sizes = list(map(len, spans))
        bound = self._suspicious_bytes
        if max(sizes, default=0) <= bound and request_bytes - sum(sizes) <= bound:
            return False
        return self._trimmer.exceeds(
            self._suspicious(spans),
            self._suspicious(flat.resource),
            self._suspicious(flat.scope_spans.scope),
        )

    def _suspicious(self, messages: Sequence[bytes]) -> list[bytes]:
        bound = self._suspicious_bytes
        if max(map(len, messages), default=0) <= bound:
            return []
        return [message for message in messages if len(message) > bound]

    def _check_ids(self, request: bytes, merged: Any, spans: list[bytes]) -> CheckedRequest:
        ids = merged.resource_spans.scope_spans.spans
        # One id field of each sort per span, and each span starts with valid ones: no span can have another.
        if len(ids.trace_id) == len(spans) == len(ids.span_id) and _start_with_valid_ids(spans):
            return CheckedRequest(request, len(spans))
        # Written anew, so that an id given twice means the same to ClickHouse as to us, and without the spans
        # that the store would otherwise have to look for in every request.
        request, invalid = without_invalid_spans(request)
        if not invalid:
            return CheckedRequest(request, len(spans))
        return CheckedRequest(
            request,
            len(spans),
            {Reason.INVALID_IDS: invalid},
            f"{invalid} spans lack a valid trace id (16 bytes, not zero) or span id (8 bytes, not zero)",
        )


def _start_with_valid_ids(spans: list[bytes]) -> bool:
    """Looks at many starts at once, which takes less than half the time, and at each one when in doubt."""
    if len(spans) < _MANY_SPANS:
        return all(map(_VALID_IDS.match, spans))
    heads = b"".join(map(_HEAD, spans))
    if len(heads) != _HEAD_BYTES * len(spans):
        return False
    as_sdks_write_them = all(heads[at::_HEAD_BYTES] == byte * len(spans) for at, byte in _ID_TAGS_AND_SIZES)
    if as_sdks_write_them and _NO_TRACE_ID not in heads and _NO_SPAN_ID not in heads:
        return True
    return all(map(_VALID_IDS.match, spans))


def without_invalid_spans(request: bytes) -> tuple[bytes, int]:
    """The request in canonical form without the spans whose ids the specification calls invalid.

    Returns:
        The bytes to store and how many spans were taken out.
    """
    message = ExportTraceServiceRequest.FromString(canonical(request))
    taken_out = 0
    for resource_spans in message.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for at in reversed(range(len(scope_spans.spans))):
                if not _has_valid_ids(scope_spans.spans[at]):
                    del scope_spans.spans[at]
                    taken_out += 1
    return message.SerializeToString(), taken_out


def _has_valid_ids(span: Span) -> bool:
    return (
        len(span.trace_id) == 16
        and len(span.span_id) == 8
        and span.trace_id != _NO_TRACE_ID
        and span.span_id != _NO_SPAN_ID
    )
