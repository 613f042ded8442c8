"""OTLP over HTTP: routes, content types and codes of the OTLP specification. Bytes go on to the pipeline."""

from __future__ import annotations

import asyncio

from collector.budget import ByteBudget, Reservation
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import Transport
from collector.otlp.answers import (
    Encoding,
    encode_message,
    encode_status,
    not_stored_answer,
    status_of,
    trace_answer,
)
from collector.otlp.json_request import request_from_json
from collector.pipeline import Pipeline
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_body import BodyReader, SlowBody, UnsupportedEncoding
from collector.receivers.http_exchange import HttpAnswer, HttpApp, HttpRequest
from collector.receivers.http_server import HttpServer
from collector.refusal import Internal, Invalid, Reason, Refusal, TooLarge, Unauthenticated, Unavailable
from collector.tls import TlsFiles

_TRACES_PATH = "/v1/traces"
_DROPPED_SIGNALS = {"/v1/metrics": "metrics", "/v1/logs": "logs"}
_ALLOW = "POST, OPTIONS"
_INLINE_JSON_BYTES = 128 * 1024
"""Larger JSON bodies are converted in a thread: the event loop serves others meanwhile."""


class OtlpHttpApp(HttpApp):
    """The ASGI application behind the OTLP/HTTP port.

    Args:
        pipeline: Where trace requests go.
        limits: For reading bodies.
        budget: Bytes in flight, shared with the other listeners.
        keys: Who may send.
        cors: Which web pages may send.
    """

    def __init__(
        self, pipeline: Pipeline, limits: Limits, budget: ByteBudget, keys: KeyRing, cors: CorsPolicy
    ) -> None:
        super().__init__(4 * limits.max_request_bytes, limits.body_read_timeout_seconds)
        self._pipeline = pipeline
        self._limits = limits
        self._budget = budget
        self._keys = keys
        self._cors = cors
        self._bodies = BodyReader(limits)

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """Route, read, store, answer in the request's own encoding."""
        encoding = _encoding_of(request)
        origin_headers = self._cors.headers(request.headers)
        if (misrouted := self._misrouted(request, encoding)) is not None:
            return misrouted
        try:
            if not self._keys.admits(request.headers):
                raise Unauthenticated(Reason.UNAUTHENTICATED, "a valid ingest key is required")
            if encoding is None:
                raise UnsupportedEncoding(
                    Reason.UNSUPPORTED,
                    "content-type must be application/x-protobuf or application/json",
                )
            return HttpAnswer(200, await self._store(request, encoding), encoding.value, origin_headers)
        except Refusal as refusal:
            self._pipeline.note(refusal, Transport.OTLP_HTTP)
            return _refusal_answer(refusal, encoding, origin_headers)

    def defect(self, request: HttpRequest) -> HttpAnswer:
        """HTTP 500 without details."""
        refusal = Internal(Reason.INTERNAL, "the collector failed; see its log")
        self._pipeline.note(refusal, Transport.OTLP_HTTP)
        return _refusal_answer(refusal, _encoding_of(request), self._cors.headers(request.headers))

    def _misrouted(self, request: HttpRequest, encoding: Encoding | None) -> HttpAnswer | None:
        if request.path != _TRACES_PATH and request.path not in _DROPPED_SIGNALS:
            return _status_answer(404, f"no such path; send traces to {_TRACES_PATH}", encoding)
        if request.method == "OPTIONS":
            preflight = self._cors.preflight_headers(request.headers)
            if preflight is not None:
                return HttpAnswer(204, headers=preflight)
        if request.method != "POST":
            answer = _status_answer(405, "use POST", encoding)
            answer.headers["allow"] = _ALLOW
            return answer
        return None

    async def _store(self, request: HttpRequest, encoding: Encoding) -> bytes:
        with Reservation(self._budget) as held:
            body = await self._bodies.read(request, held)
            if (signal := _DROPPED_SIGNALS.get(request.path)) is not None:
                return not_stored_answer(signal, encoding)
            if encoding is Encoding.JSON:
                body = await self._from_json(body, held)
            return trace_answer(await self._pipeline.accept_async(body, Transport.OTLP_HTTP, held), encoding)

    async def _from_json(self, body: bytes, held: Reservation) -> bytes:
        if len(body) > _INLINE_JSON_BYTES:
            request = await asyncio.to_thread(request_from_json, body, self._limits.max_nesting_depth)
        else:
            request = request_from_json(body, self._limits.max_nesting_depth)
        if not held.grow(len(request)):
            raise Unavailable(
                Reason.OVERLOADED,
                "too many bytes are waiting to be stored",
                self._limits.retry_after_seconds,
            )
        return request


def _encoding_of(request: HttpRequest) -> Encoding | None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/protobuf":
        return Encoding.PROTOBUF
    return next((encoding for encoding in Encoding if encoding.value == media_type), None)


def _http_status(refusal: Refusal) -> int:
    match refusal:
        case Invalid():
            return 400
        case Unauthenticated():
            return 401
        case SlowBody():
            return 408
        case TooLarge():
            return 413
        case UnsupportedEncoding():
            return 415
        case Unavailable():
            return 503
        case _:
            return 500


def _refusal_answer(refusal: Refusal, encoding: Encoding | None, headers: dict[str, str]) -> HttpAnswer:
    headers = dict(headers)
    if isinstance(refusal, Unavailable):
        headers["retry-after"] = str(refusal.retry_after_seconds)
    elif isinstance(refusal, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    elif isinstance(refusal, UnsupportedEncoding):
        headers["accept-encoding"] = "gzip"
    encoding = encoding or Encoding.JSON
    body = encode_status(status_of(refusal), encoding)
    return HttpAnswer(_http_status(refusal), body, encoding.value, headers, isinstance(refusal, SlowBody))


def _status_answer(status: int, message: str, encoding: Encoding | None) -> HttpAnswer:
    encoding = encoding or Encoding.JSON
    return HttpAnswer(status, encode_message(message, encoding), encoding.value)


class HttpReceiver:
    """OTLP/HTTP on one port; the arguments are those of `OtlpHttpApp` and `HttpServer`."""

    def __init__(
        self,
        host: str,
        port: int,
        pipeline: Pipeline,
        limits: Limits,
        budget: ByteBudget,
        keys: KeyRing,
        cors: CorsPolicy,
        tls: TlsFiles | None = None,
    ) -> None:
        app = OtlpHttpApp(pipeline, limits, budget, keys, cors)
        self._server = HttpServer(app, host, port, tls)

    @property
    def port(self) -> int:
        """The bound port, after `start`."""
        return self._server.port

    def start(self) -> None:
        """Bind and serve.

        Raises:
            OSError: The port cannot be bound or a certificate file cannot be read.
        """
        self._server.start()

    def stop(self, drain_seconds: float) -> None:
        """Stop accepting and give running requests time to be answered."""
        self._server.stop(drain_seconds)
