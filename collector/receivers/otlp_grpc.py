"""OTLP over gRPC: raw bytes in, constants out. Owns the server and the mapping of refusals to gRPC codes.

Exports are handled as request *streams* of one message, which is the same on the wire as unary. It lets a
handler run before its message is received: wrong keys and full queues are answered without reading it, and
`Limits.grpc_receiving` bounds the memory of messages whose size is not known yet.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc

from collector.budget import ByteBudget, Reservation
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import Transport
from collector.otlp.answers import not_stored_answer, rpc_code, status_of, trace_answer
from collector.pipeline import Pipeline
from collector.refusal import Internal, Invalid, Reason, Refusal, Unauthenticated, Unavailable
from collector.tls import TlsFiles

logger = logging.getLogger(__name__)

_SERVICES = "opentelemetry.proto.collector"
_TRACES = f"/{_SERVICES}.trace.v1.TraceService/Export"
_METRICS = f"/{_SERVICES}.metrics.v1.MetricsService/Export"
_LOGS = f"/{_SERVICES}.logs.v1.LogsService/Export"
_STATUS_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

_Handler = Callable[[Iterator[bytes], grpc.ServicerContext], bytes]


class GrpcReceiver:
    """TraceService/Export, and polite answers for metrics and logs.

    Args:
        host: Address to bind.
        port: Port to bind; 0 for any free one.
        pipeline: Where trace requests go.
        limits: Message size, threads, receive slots.
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
        self._receiving = threading.BoundedSemaphore(limits.grpc_receiving)
        self._server: grpc.Server | None = None
        self.port = 0
        """The bound port, after `start`."""

    def start(self) -> None:
        """Bind and serve.

        Raises:
            OSError: The port cannot be bound, or a certificate file cannot be read.
        """
        server = grpc.server(
            ThreadPoolExecutor(self._limits.grpc_threads, thread_name_prefix="otlp-grpc"),
            options=[
                ("grpc.max_receive_message_length", self._limits.max_request_bytes),
                ("grpc.so_reuseport", int(self._shares_port)),
                ("grpc.max_metadata_size", 16 * 1024),
            ],
        )
        server.add_generic_rpc_handlers((_Router(self._handlers()),))
        address = (
            f"[{self._host}]:{self._requested_port}"
            if ":" in self._host
            else (f"{self._host}:{self._requested_port}")
        )
        try:
            if self._tls:
                self.port = server.add_secure_port(address, self._tls.grpc_credentials())
            else:
                self.port = server.add_insecure_port(address)
        except RuntimeError as error:
            raise OSError(f"cannot bind OTLP/gRPC to {address}") from error
        server.start()
        self._server = server

    def stop(self, drain_seconds: float) -> None:
        """Refuse new calls and give running ones time to be answered."""
        if self._server is not None:
            self._server.stop(drain_seconds).wait()
            self._server = None

    def _handlers(self) -> dict[str, _Handler]:
        return {
            _TRACES: self._export_traces,
            _METRICS: lambda messages, context: self._drop("metrics", messages, context),
            _LOGS: lambda messages, context: self._drop("logs", messages, context),
        }

    def _export_traces(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        try:
            with Reservation(self._budget) as held:
                request = self._receive(messages, context, held)
                patience = context.time_remaining()
                return trace_answer(self._pipeline.accept(request, Transport.OTLP_GRPC, held, patience))
        except Refusal as refusal:
            return self._refuse(refusal, context)
        except _CallEnded:
            return b""
        except Exception:  # a defect answers as one; the client learns nothing about our insides
            logger.exception("an OTLP/gRPC export failed")
            return self._refuse(Internal(Reason.INTERNAL, "the collector failed; see its log"), context)

    def _drop(self, signal: str, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        try:
            with Reservation(self._budget) as held:
                self._receive(messages, context, held)
        except Refusal as refusal:
            return self._refuse(refusal, context)
        except _CallEnded:
            return b""
        return not_stored_answer(signal)

    def _receive(self, messages: Iterator[bytes], context: grpc.ServicerContext, held: Reservation) -> bytes:
        """Get the one message of a call, once its sender is known and there is room for it."""
        if self._keys.required and not self._keys.admits(_headers(context)):
            raise Unauthenticated(Reason.UNAUTHENTICATED, "a valid ingest key is required")
        if self._budget.exhausted:
            raise self._unavailable("too many bytes are waiting to be stored")
        if not self._receiving.acquire(timeout=self._limits.retry_after_seconds):
            raise self._unavailable("too many requests are being received")
        try:
            request = next(messages)
            if not held.grow(len(request)):
                raise self._unavailable("too many bytes are waiting to be stored")
            return request
        except StopIteration:
            raise Invalid(Reason.UNDECODABLE, "the call carries no message") from None
        except grpc.RpcError:
            # Cancelled, or over the size limit: gRPC has answered RESOURCE_EXHAUSTED by itself.
            raise _CallEnded from None
        finally:
            self._receiving.release()

    def _unavailable(self, message: str) -> Unavailable:
        return Unavailable(Reason.OVERLOADED, message, self._limits.retry_after_seconds)

    def _refuse(self, refusal: Refusal, context: grpc.ServicerContext) -> bytes:
        self._pipeline.note(refusal, Transport.OTLP_GRPC)
        status = status_of(refusal)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.set_code(_STATUS_CODES[rpc_code(refusal)])
        context.set_details(status.message)
        return b""


class _CallEnded(Exception):
    """The call was over before its message was there; nobody waits for an answer."""


class _Router(grpc.GenericRpcHandler):  # type: ignore[type-arg] # generic in the stubs only
    def __init__(self, handlers: dict[str, _Handler]) -> None:
        self._handlers = {
            method: grpc.stream_unary_rpc_method_handler(handler) for method, handler in handlers.items()
        }

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """The handler of a method, or None, which gRPC answers with UNIMPLEMENTED."""
        return self._handlers.get(handler_call_details.method)


def _headers(context: grpc.ServicerContext) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else value.decode("latin-1")
        for key, value in context.invocation_metadata()
    }
