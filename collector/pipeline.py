"""What happens to one request between its listener and its answer: check, group commit, account.

Knows no protocol: it takes bytes, returns what was accepted, or raises a `Refusal`.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from weakref import WeakKeyDictionary

from collector.batcher import Batcher
from collector.budget import Reservation
from collector.completions import Completions, Waiter
from collector.limits import Limits
from collector.metrics import IngestMetrics, Transport
from collector.otlp.check import CheckedRequest, RequestChecker
from collector.refusal import Reason, Refusal, Unavailable
from collector.rejection import LastRejection

INLINE_CHECK_BYTES = 1024 * 1024
"""Above this a check takes long enough (milliseconds) to leave the event loop for it."""


class Pipeline:
    """Accepts requests: in one go from coroutines (`accept`), or step by step from callbacks."""

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
        self._completions: WeakKeyDictionary[asyncio.AbstractEventLoop, Completions] = WeakKeyDictionary()

    async def accept(self, request: bytes, transport: Transport, held: Reservation) -> CheckedRequest:
        """Check and store; return after the write returned. The event loop goes on meanwhile.

        Args:
            request: Bytes of an ExportTraceServiceRequest.
            transport: For accounting.
            held: The request's share of the byte budget, released when the batcher takes its own.

        Raises:
            Refusal: Nothing of the request was acknowledged.
        """
        if len(request) > INLINE_CHECK_BYTES:
            checked = await asyncio.to_thread(self.check, request)
        else:
            checked = self.check(request)
        stored = self.submit(checked, held)
        if stored is not None:
            await self._stored(stored)
        self.acknowledged(checked, transport)
        return checked

    async def _stored(self, stored: Future[None]) -> None:
        loop = asyncio.get_running_loop()
        completions = self._completions.get(loop)
        if completions is None:
            completions = self._completions[loop] = Completions(loop)
        waiter = Waiter(loop)
        stored.add_done_callback(lambda done: completions.put(waiter, done.exception()))
        late = loop.call_later(self._limits.ack_timeout_seconds, lambda: waiter.completed(self.timed_out()))
        try:
            await waiter.result
        finally:
            late.cancel()

    def check(self, request: bytes) -> CheckedRequest:
        """The first step; takes milliseconds for large requests.

        Raises:
            Refusal: The request is refused.
        """
        return self._checker.check(request)

    def submit(self, checked: CheckedRequest, held: Reservation) -> Future[None] | None:
        """The second: hand over to the batcher.

        Returns:
            See `Batcher.submit`; None when nothing is left to store.

        Raises:
            Refusal: The request is refused.
        """
        held.release()
        if checked.accepted_count == 0:
            return None
        return self._batcher.submit(checked.request)

    def acknowledged(self, checked: CheckedRequest, transport: Transport) -> None:
        """The third, after the future ended well: count what was accepted."""
        self._metrics.accepted(transport, checked.accepted_count, len(checked.request))
        for reason, count in checked.rejected.items():
            self._metrics.spans_rejected.labels(transport, reason).inc(count)
        if checked.rejected:
            self._last_rejection.record(transport, next(iter(checked.rejected)), checked.message)

    def timed_out(self) -> Unavailable:
        """The future did not end in `ack_timeout_seconds`."""
        return Unavailable(
            Reason.TIMED_OUT, "the store did not answer in time", self._limits.retry_after_seconds
        )

    def note(self, refusal: Refusal, transport: Transport) -> None:
        """Count a refusal and remember it. Listeners call it once for each request they answer with one."""
        self._metrics.requests_rejected.labels(transport, refusal.reason).inc()
        self._last_rejection.record(transport, refusal.reason, refusal.message)
