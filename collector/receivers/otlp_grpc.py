"""OTLP over gRPC: which calls are served, and to whom. Owns the listener; `ExportCall` does the rest.

Headers are looked at before the message is there: wrong keys and full queues are answered without reading it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from collector.budget import ByteBudget
from collector.completions import Completions
from collector.http2.server import Http2Server
from collector.http2.stream import Call, Stream
from collector.intake import ENCODINGS, Intake
from collector.keys import KeyRing
from collector.limits import Limits
from collector.pipeline import Pipeline
from collector.receivers import grpc_answer
from collector.receivers.grpc_call import ExportCall, Surroundings
from collector.refusal import Reason, TooLarge, Unauthenticated
from collector.tls import TlsFiles

_SERVICES = "/opentelemetry.proto.collector"
_SIGNALS = {
    f"{_SERVICES}.trace.v1.TraceService/Export": "",
    f"{_SERVICES}.metrics.v1.MetricsService/Export": "metrics",
    f"{_SERVICES}.logs.v1.LogsService/Export": "logs",
}
_ENCODINGS = ",".join(("identity", *sorted(ENCODINGS, reverse=True)))


class GrpcReceiver:
    """TraceService/Export, and polite answers for metrics and logs.

    Args:
        host: Address to bind.
        port: Port to bind; 0 for any free one.
        pipeline: Where trace requests go.
        limits: Message size, times, calls at once.
        budget: Looked at before a message is received.
        keys: Who may send.
        tls: Certificate files; plain text without.
        shares_port: Let other processes listen on the same port; the kernel spreads connections over them.
    """

    def __init__(
        self,
        host: str,
        port: int,
        pipeline: Pipeline,
        limits: Limits,
        budget: ByteBudget,
        keys: KeyRing,
        tls: TlsFiles | None = None,
        shares_port: bool = False,
    ) -> None:
        self._host = host
        self._requested_port = port
        self._pipeline = pipeline
        self._limits = limits
        self._budget = budget
        self._keys = keys
        self._tls = tls
        self._shares_port = shares_port
        self._server: Http2Server | None = None
        self.port = 0
        """The bound port, after `start`."""

    def start(self) -> None:
        """Bind and serve.

        Raises:
            OSError: The port cannot be bound, or a certificate file cannot be read.
        """
        self._server = Http2Server(
            self._service,
            self._host,
            self._requested_port,
            tls=self._tls.http2_context() if self._tls else None,
            shares_port=self._shares_port,
            max_streams=self._limits.grpc_calls_per_connection,
        )
        self._server.start()
        self.port = self._server.port

    def stop(self, drain_seconds: float) -> None:
        """Refuse new calls and give running ones time to be answered."""
        if self._server is not None:
            self._server.stop(drain_seconds)
            self._server = None

    def _service(self, loop: asyncio.AbstractEventLoop) -> _Service:
        around = Surroundings(
            self._pipeline, self._limits, self._budget, Intake(self._limits), Completions(loop), loop
        )
        return _Service(around, self._keys)


class _Service:
    """A `collector.http2.stream.Application`."""

    def __init__(self, around: Surroundings, keys: KeyRing) -> None:
        self._around = around
        self._keys = keys

    def begin(self, stream: Stream, headers: Mapping[str, str]) -> Call | None:
        """Decides by the headers whether the message is wanted."""
        signal = _SIGNALS.get(headers.get(":path", ""))
        encoding = headers.get("grpc-encoding", "identity")
        if headers.get(":method") != "POST":
            stream.answer(grpc_answer.not_grpc(405), b"", b"")
        elif not headers.get("content-type", "").startswith("application/grpc"):
            stream.answer(grpc_answer.not_grpc(415), b"", b"")
        elif signal is None:
            stream.answer(grpc_answer.unimplemented("no such method", _ENCODINGS), b"", b"")
        elif encoding != "identity" and encoding not in ENCODINGS:
            stream.answer(grpc_answer.unimplemented("grpc-encoding is not served", _ENCODINGS), b"", b"")
        elif not self._keys.admits(headers):
            refusal = Unauthenticated(Reason.UNAUTHENTICATED, "a valid ingest key is required")
            self._around.refuse(stream, refusal)
        elif self._around.budget.exhausted:
            self._around.refuse(stream, self._around.intake.no_room())
        else:
            return ExportCall(stream, self._around, encoding, signal)
        return None

    def refuse_headers(self, stream: Stream, limit_bytes: int) -> None:
        """As a message that is too large: sending it again would not help."""
        refusal = TooLarge(Reason.TOO_LARGE, f"the call's metadata is larger than {limit_bytes} bytes")
        self._around.refuse(stream, refusal)
