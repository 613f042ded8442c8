"""OTLP requests for measurements: realistic or small spans, with fresh ids and times for each request.

A template is serialized once by the official classes; each request is a copy of its bytes with ids and times
patched in place, so that a load generator spends its time on sending.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

Shape = Literal["realistic", "small"]
SPANS_PER_TRACE = 20
_SERVICES = 30
VARIANTS = 6
_TIME = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Template:
    """A serialized request and where its ids and times stand in the bytes.

    `id_places` has a row of byte offsets for each place of an id, `id_numbers` says which id belongs there;
    `time_places` and `time_offsets_ns` (how long before now) are the same for start and end times.
    """

    data: npt.NDArray[np.uint8]
    spans: int
    trace_places: npt.NDArray[np.int64]
    trace_numbers: npt.NDArray[np.int64]
    span_places: npt.NDArray[np.int64]
    span_numbers: npt.NDArray[np.int64]
    time_places: npt.NDArray[np.int64]
    time_offsets_ns: npt.NDArray[np.uint64]

    def fresh(self, source: np.random.Generator, now_ns: int) -> bytes:
        """A copy with new trace and span ids; parents stay parents; the last span ends at `now_ns`."""
        out = self.data.copy()
        trace_ids = source.integers(0, 256, (self.spans, 16), dtype=np.uint8)
        span_ids = source.integers(0, 256, (self.spans, 8), dtype=np.uint8)
        out[self.trace_places] = trace_ids[self.trace_numbers]
        out[self.span_places] = span_ids[self.span_numbers]
        times = np.uint64(now_ns) - self.time_offsets_ns
        out[self.time_places] = times.astype("<u8").view(np.uint8).reshape(-1, 8)
        return out.tobytes()


def templates(shape: Shape, spans_per_request: int, seed: int = 1) -> list[Template]:
    """Templates that differ in services, names and attribute values."""
    return [_template(shape, spans_per_request, random.Random(seed * 1000 + i)) for i in range(VARIANTS)]


def requests(shape: Shape, spans_per_request: int, seed: int = 1) -> Iterator[bytes]:
    """Endless fresh requests."""
    source = np.random.default_rng(seed)
    made = templates(shape, spans_per_request)
    while True:
        for template in made:
            yield template.fresh(source, time.time_ns())


def _template(shape: Shape, count: int, source: random.Random) -> Template:
    message = ExportTraceServiceRequest()
    built: list[tuple[Span, int, int, int | None]] = []
    while len(built) < count:
        service = f"service-{source.randrange(_SERVICES)}"
        resource_spans = message.resource_spans.add()
        resource_spans.resource.attributes.extend(_resource(shape, service, source))
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.name = "opentelemetry.instrumentation.asgi"
        scope_spans.scope.version = "0.66b2"
        for _ in range(min(SPANS_PER_TRACE, count - len(built))):
            number = len(built)
            first = number - number % SPANS_PER_TRACE
            parent = None if number == first else source.randrange(first, number)
            span = scope_spans.spans.add()
            _fill(span, shape, source)
            built.append((span, number, first // SPANS_PER_TRACE, parent))
    return _located(message, built)


def _located(message: ExportTraceServiceRequest, built: list[tuple[Span, int, int, int | None]]) -> Template:
    """Serializes with recognisable ids and finds their offsets."""

    def trace_mark(number: int) -> bytes:
        return b"\xf5TRACE\xf5" + number.to_bytes(9, "big")

    def span_mark(number: int) -> bytes:
        return b"\xf6SP" + number.to_bytes(5, "big")

    spans = {number: span for span, number, _, _ in built}
    for span, number, trace, parent in built:
        span.trace_id = trace_mark(trace)
        span.span_id = span_mark(number)
        span.parent_span_id = b"" if parent is None else span_mark(parent)
    starts = [(2**63 + 2 * number, spans[number].start_time_unix_nano) for number in spans]
    ends = [(2**63 + 2 * number + 1, spans[number].end_time_unix_nano) for number in spans]
    offsets = dict(starts + ends)
    latest = max(offsets.values())
    for number, span in spans.items():
        span.start_time_unix_nano, span.end_time_unix_nano = 2**63 + 2 * number, 2**63 + 2 * number + 1
    data = message.SerializeToString()
    trace_count = built[-1][2] + 1
    trace_places, trace_numbers = _places(data, [trace_mark(n) for n in range(trace_count)])
    span_places, span_numbers = _places(data, [span_mark(n) for n in spans])
    time_places, time_numbers = _places(data, [_TIME.pack(mark) for mark in offsets])
    before = np.array([latest - at for at in offsets.values()], dtype=np.uint64)
    return Template(
        data=np.frombuffer(data, dtype=np.uint8),
        spans=len(built),
        trace_places=trace_places,
        trace_numbers=trace_numbers,
        span_places=span_places,
        span_numbers=span_numbers,
        time_places=time_places,
        time_offsets_ns=before[time_numbers],
    )


def _places(data: bytes, marks: list[bytes]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Byte offsets of every occurrence of each mark, and which mark it is."""
    places, numbers = [], []
    for number, mark in enumerate(marks):
        at = data.find(mark)
        while at >= 0:
            places.append(range(at, at + len(mark)))
            numbers.append(number)
            at = data.find(mark, at + len(mark))
    return np.array(places, dtype=np.int64), np.array(numbers, dtype=np.int64)


def _attribute(key: str, value: str | int | list[str]) -> KeyValue:
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    if isinstance(value, list):
        items = ArrayValue(values=[AnyValue(string_value=item) for item in value])
        return KeyValue(key=key, value=AnyValue(array_value=items))
    return KeyValue(key=key, value=AnyValue(string_value=value))


def _resource(shape: Shape, service: str, source: random.Random) -> list[KeyValue]:
    values: dict[str, str | int | list[str]] = {"service.name": service}
    if shape == "realistic":
        values |= {
            "service.version": "1.4.2",
            "service.namespace": "shop",
            "service.instance.id": f"{source.getrandbits(128):032x}",
            "deployment.environment.name": "production",
            "host.name": f"node-{source.randrange(40)}",
            "k8s.namespace.name": "shop",
            "k8s.pod.name": f"{service}-{source.getrandbits(40):010x}",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.language": "python",
            "telemetry.sdk.version": "1.45.2",
            "process.pid": source.randrange(2, 30_000),
        }
    return [_attribute(key, value) for key, value in values.items()]


def _fill(span: Span, shape: Shape, source: random.Random) -> None:
    route = f"/api/{source.choice(['items', 'orders', 'users', 'carts'])}"
    method = source.choice(["GET", "GET", "GET", "POST"])
    span.name = f"{method} {route}/{{id}}"
    span.kind = source.choice([Span.SPAN_KIND_INTERNAL, Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT])
    span.start_time_unix_nano = 10**15 + source.randrange(10**9)
    span.end_time_unix_nano = span.start_time_unix_nano + int(source.lognormvariate(16, 1))
    values: dict[str, str | int | list[str]] = {
        "http.request.method": method,
        "http.route": f"{route}/{{id}}",
        "http.response.status_code": 200,
        "url.path": f"{route}/{source.randrange(100_000)}",
    }
    if shape == "realistic":
        values |= {
            "server.address": f"service-{source.randrange(_SERVICES)}",
            "server.port": 8080,
            "network.protocol.version": "1.1",
            "user.id": f"u-{source.randrange(10**6)}",
        }
        if source.random() < 0.5:
            values |= {"thread.id": source.randrange(64), "user_agent.original": "python-httpx/0.28.1"}
        if source.random() < 0.02:
            values["feature.flags"] = ["new-cart", f"group-{source.randrange(9)}"]
        if source.random() < 0.05:
            event = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
            event.attributes.extend(
                [
                    _attribute("exception.type", "ConnectionError"),
                    _attribute("exception.message", f"upstream {source.randrange(100)} reset the connection"),
                    _attribute("exception.stacktrace", 'File "app.py", line 12, in handler\n' * 8),
                ]
            )
            span.status.code = Status.STATUS_CODE_ERROR
            span.status.message = "upstream reset"
    span.attributes.extend(_attribute(key, value) for key, value in values.items())
