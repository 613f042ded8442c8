"""Zipkin's HTTP endpoint. Spans become OTLP bytes and take the same path as everyone's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from collector.budget import ByteBudget, Reservation
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import Transport
from collector.pipeline import Pipeline
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_body import UnsupportedType
from collector.receivers.http_exchange import HttpAnswer, HttpRequest
from collector.receivers.ingest_app import IngestApp
from collector.refusal import Reason
from collector.zipkin.request import request_from_zipkin

_SPANS_PATH = "/api/v2/spans"
_INLINE_JSON_BYTES = 128 * 1024
"""Larger bodies are converted in a thread: the event loop serves others meanwhile."""


class ZipkinApp(IngestApp):
    """The ASGI application behind the Zipkin port; the arguments are those of `IngestApp`.

    Args:
        now_ns: Unix time, for spans that carry none.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        limits: Limits,
        budget: ByteBudget,
        keys: KeyRing,
        cors: CorsPolicy,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__(pipeline, limits, budget, keys, cors, Transport.ZIPKIN, (_SPANS_PATH,))
        self._now_ns = now_ns

    async def store(self, request: HttpRequest) -> HttpAnswer:
        """Convert and store; Zipkin's answer to success is an empty 202."""
        media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        # curl's default type is let through, as Zipkin's own server does not look at the type of JSON at all.
        if media_type not in ("application/json", "application/x-www-form-urlencoded", ""):
            raise UnsupportedType(Reason.UNSUPPORTED, "content-type must be application/json")
        with Reservation(self._budget) as held:
            body = await self._bodies.read(request, held)
            if len(body) > _INLINE_JSON_BYTES:
                converted = await asyncio.to_thread(request_from_zipkin, body, self._now_ns())
            else:
                converted = request_from_zipkin(body, self._now_ns())
            self._hold(held, len(converted))
            await self._pipeline.accept(converted, self._transport, held)
        return HttpAnswer(202)
