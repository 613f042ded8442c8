"""OTLP over HTTP: paths, content types and answers of the OTLP specification. Bytes go on to the pipeline."""

from __future__ import annotations

import asyncio

from collector.budget import ByteBudget, Reservation
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import Transport
from collector.otlp.answers import Encoding, not_stored_answer, trace_answer
from collector.otlp.json_request import request_from_json
from collector.pipeline import Pipeline
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_body import UnsupportedType
from collector.receivers.http_exchange import HttpAnswer, HttpRequest
from collector.receivers.ingest_app import IngestApp
from collector.refusal import Reason

_TRACES_PATH = "/v1/traces"
_DROPPED_SIGNALS = {"/v1/metrics": "metrics", "/v1/logs": "logs"}
_INLINE_JSON_BYTES = 128 * 1024
"""Larger JSON bodies are converted in a thread: the event loop serves others meanwhile."""


class OtlpHttpApp(IngestApp):
    """The ASGI application behind the OTLP/HTTP port; the arguments are those of `IngestApp`."""

    def __init__(
        self, pipeline: Pipeline, limits: Limits, budget: ByteBudget, keys: KeyRing, cors: CorsPolicy
    ) -> None:
        paths = (_TRACES_PATH, *_DROPPED_SIGNALS)
        super().__init__(pipeline, limits, budget, keys, cors, Transport.OTLP_HTTP, paths)

    async def store(self, request: HttpRequest) -> HttpAnswer:
        """Store and answer in the request's own encoding."""
        encoding = _encoding_of(request)
        if encoding is None:
            raise UnsupportedType(
                Reason.UNSUPPORTED, "content-type must be application/x-protobuf or application/json"
            )
        with Reservation(self._budget) as held:
            body = await self._bodies.read(request, held)
            if (signal := _DROPPED_SIGNALS.get(request.path)) is not None:
                return HttpAnswer(200, not_stored_answer(signal, encoding), encoding.value)
            if encoding is Encoding.JSON:
                body = await self._from_json(body)
                self._hold(held, len(body))
            checked = await self._pipeline.accept(body, self._transport, held)
            return HttpAnswer(200, trace_answer(checked, encoding), encoding.value)

    def failure_encoding(self, request: HttpRequest) -> Encoding:
        """That of the request; JSON when it is in neither."""
        return _encoding_of(request) or Encoding.JSON

    async def _from_json(self, body: bytes) -> bytes:
        depth = self._limits.max_nesting_depth
        if len(body) > _INLINE_JSON_BYTES:
            return await asyncio.to_thread(request_from_json, body, depth)
        return request_from_json(body, depth)


def _encoding_of(request: HttpRequest) -> Encoding | None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return next((encoding for encoding in Encoding if encoding.value == media_type), None)
