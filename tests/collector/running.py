"""Talks to a running collector the way clients do."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # no stubs
from prometheus_client import CollectorRegistry

from tests.collector.wiring import Ingest

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Running:
    """A started collector and its clients."""

    ingest: Ingest
    registry: CollectorRegistry
    _channel: grpc.Channel | None = field(default=None)

    def export(
        self,
        request: bytes,
        *,
        method: str = TRACES,
        metadata: tuple[tuple[str, str], ...] = (),
        compression: grpc.Compression | None = None,
        timeout: float = 20,
    ) -> bytes:
        """One gRPC call with raw bytes; raises grpc.RpcError."""
        if self._channel is None:
            options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
            self._channel = grpc.insecure_channel(f"127.0.0.1:{self.ingest.grpc.port}", options)
        call = self._channel.unary_unary(method, None, None)
        answer: bytes = call(request, metadata=metadata, compression=compression, timeout=timeout)
        return answer

    def send(
        self,
        body: bytes,
        *,
        method: str = "POST",
        path: str = "/v1/traces",
        content_type: str | None = "application/x-protobuf",
        headers: dict[str, str] | None = None,
        port: int | None = None,
    ) -> Answer:
        """One HTTP request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.ingest.http.port, timeout=20)
        try:
            all_headers = dict(headers or {})
            if content_type is not None:
                all_headers["Content-Type"] = content_type
            connection.request(method, path, body, all_headers)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def send_zipkin(self, body: bytes, **options: Any) -> Answer:
        """One request to the Zipkin port."""
        options = {"path": "/api/v2/spans", "content_type": "application/json"} | options
        return self.send(body, port=self.ingest.zipkin.port, **options)

    def metric(self, name: str, **labels: str) -> float:
        """A metric's value now."""
        value = self.registry.get_sample_value(name, labels)
        assert value is not None, name
        return value

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self.ingest.stop(5)


def status_details(error: grpc.Call) -> Status:
    """The google.rpc.Status of a failed call."""
    details = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    assert isinstance(details, bytes)
    return Status.FromString(details)
