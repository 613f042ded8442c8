"""Real OpenTelemetry SDK exporters, as applications use them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Tracer


def grpc_exporter(address: str) -> SpanExporter:
    """OTLP over gRPC to `host:port`."""
    return GrpcExporter(endpoint=address, insecure=True, timeout=20)


def http_exporter(address: str) -> SpanExporter:
    """OTLP over HTTP with protobuf to `host:port`."""
    return HttpExporter(endpoint=f"http://{address}/v1/traces", timeout=20)


@contextmanager
def tracer(exporter: SpanExporter, service: str) -> Iterator[Tracer]:
    """A tracer of `service` that sends each span when it ends."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider.get_tracer("tests.e2e")
    provider.shutdown()


def send_call(caller: SpanExporter, callee: SpanExporter) -> str:
    """One call from service `shop` to service `bank`; returns the trace id in hex."""
    with tracer(caller, "shop") as shop, tracer(callee, "bank") as bank:
        with (
            shop.start_as_current_span("POST /buy", kind=SpanKind.SERVER) as root,
            shop.start_as_current_span("POST", kind=SpanKind.CLIENT),
            bank.start_as_current_span("POST /charge", kind=SpanKind.SERVER) as charge,
        ):
            charge.set_attribute("amount", 42)
        return f"{root.get_span_context().trace_id:032x}"
