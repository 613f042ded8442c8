"""What happens to one request between its listener and its answer: check, group commit, account.

Knows no protocol: it takes bytes, returns what was accepted, or raises a `Refusal`.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from collector.batcher import Batcher
from collector.budget import Reservation
from collector.limits import Limits
from collector.metrics import IngestMetrics, Transport
from collector.otlp.check import CheckedRequest, RequestChecker
from collector.refusal import Reason, Refusal, Unavailable
from collector.rejection import LastRejection

_INLINE_CHECK_BYTES = 1024 * 1024
"""Above this a check takes long enough (milliseconds) to leave the event loop for it."""


class Pipeline:
    """Accepts requests from threads (`accept`) and from coroutines (`accept_async`)."""

    def __init__(
        self,
        checker: RequestChecker,
        batcher: Batcher,
        metrics: IngestMetrics,
        last_rejection: LastRejection,
        limits: Limits,
    ) -> None:
        self._checker = checker
        self._batcher = batcher
        self._metrics = metrics
        self._last_rejection = last_rejection
        self._limits = limits

    def accept(
        self,
        request: bytes,
        transport: Transport,
        held: Reservation,
        timeout_seconds: float | None = None,
    ) -> CheckedRequest:
        """Check and store; return after the INSERT returned.

        Args:
            request: Bytes of an ExportTraceServiceRequest.
            transport: For accounting.
            held: The request's share of the byte budget, released when the batcher takes its own.
            timeout_seconds: The client's remaining patience, when known.

        Raises:
            Refusal: Nothing of the request was acknowledged.
        """
        checked = self._checker.check(request)
        stored = self._submit(checked, held)
        if stored is not None:
            patience = self._limits.ack_timeout_seconds
            try:
                stored.result(patience if timeout_seconds is None else min(patience, timeout_seconds))
            except TimeoutError:
                raise self._timed_out() from None
        self._account(checked, transport)
        return checked

    async def accept_async(self, request: bytes, transport: Transport, held: Reservation) -> CheckedRequest:
        """As `accept`, for a coroutine: the event loop goes on meanwhile."""
        if len(request) > _INLINE_CHECK_BYTES:
            checked = await asyncio.to_thread(self._checker.check, request)
        else:
            checked = self._checker.check(request)
        stored = self._submit(checked, held)
        if stored is not None:
            try:
                async with asyncio.timeout(self._limits.ack_timeout_seconds):
                    await asyncio.wrap_future(stored)
            except TimeoutError:
                raise self._timed_out() from None
        self._account(checked, transport)
        return checked

    def note(self, refusal: Refusal, transport: Transport) -> None:
        """Count a refusal and remember it. Listeners call it once for each request they answer with one."""
        self._metrics.requests_rejected.labels(transport, refusal.reason).inc()
        self._last_rejection.record(transport, refusal.reason, refusal.message)

    def _submit(self, checked: CheckedRequest, held: Reservation) -> Future[None] | None:
        held.release()
        if checked.accepted_count == 0:
            return None
        return self._batcher.submit(checked.request)

    def _timed_out(self) -> Unavailable:
        return Unavailable(
            Reason.TIMED_OUT, "the store did not answer in time", self._limits.retry_after_seconds
        )

    def _account(self, checked: CheckedRequest, transport: Transport) -> None:
        self._metrics.requests_accepted.labels(transport).inc()
        self._metrics.spans_accepted.labels(transport).inc(checked.accepted_count)
        self._metrics.bytes_accepted.labels(transport).inc(len(checked.request))
        for reason, count in checked.rejected.items():
            self._metrics.spans_rejected.labels(transport, reason).inc(count)
        if checked.rejected:
            self._last_rejection.record(transport, next(iter(checked.rejected)), checked.message)
