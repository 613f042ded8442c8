"""Group commit: whatever arrived while the previous writes ran goes into the next one.

Owns the queue, the writer threads and the results; knows nothing of protocols. A request's result is set
after `SpanStore.write` returned, never before. Idle, a request is written at once: no timer to wait for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from collector.budget import ByteBudget
from collector.limits import Limits
from collector.metrics import IngestMetrics
from collector.poison import PoisonFilter
from collector.refusal import Internal, Reason, Unavailable
from collector.store import SpanStore
from storage.errors import StorageError, StorageRefused, StorageUnavailable, UndecodableBlock

logger = logging.getLogger(__name__)

# Into a server's log a write costs as much as hundreds of the smallest requests: less than this waits for the
# one under way, so that many small requests share few writes; but not for a slow one.
_SMALL_GROUP_BYTES = 512 * 1024
_SMALL_GROUP_WAITS_SECONDS = 0.1
_SAMPLE_BYTES = 256


@dataclass(slots=True, eq=False)
class _Entry:
    request: bytes
    key: bytes
    queued_at: float
    result: Future[None] = field(default_factory=Future)


class Batcher:
    """Turns concurrent requests into few writes.

    Args:
        store: Where requests go.
        poison: Splits a refused group until the culprit is alone.
        limits: Batch size, inserts in flight, retry hint.
        budget: Bytes in flight, shared with the receivers.
        metrics: Told about every write.
        wall_clock: Unix time in seconds, for the time of the last error.
    """

    def __init__(
        self,
        store: SpanStore,
        poison: PoisonFilter,
        limits: Limits,
        budget: ByteBudget,
        metrics: IngestMetrics,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._poison = poison
        self._limits = limits
        self._budget = budget
        self._metrics = metrics
        self._wall_clock = wall_clock
        self._changed = threading.Condition()
        self._queue: deque[_Entry] = deque()
        self._pending: dict[bytes, _Entry] = {}
        self._queued_bytes = 0
        self._writing = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the writer threads."""
        for number in range(self._limits.inserts_in_flight):
            thread = threading.Thread(target=self._run, name=f"span-writer-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, drain_seconds: float) -> bool:
        """Refuse new requests, write what is queued, stop.

        Args:
            drain_seconds: How long to wait for the queue to empty; what is left then gets a retryable error.

        Returns:
            Whether everything queued was written or failed by itself in time.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        deadline = time.monotonic() + drain_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        drained = not any(thread.is_alive() for thread in self._threads)
        with self._changed:
            left = list(self._queue)
            self._queue.clear()
            self._queued_bytes = 0
        for entry in left:
            self._finish(entry, self._unavailable(Reason.STOPPING, "the collector is shutting down"))
        return drained

    def submit(self, request: bytes) -> Future[None]:
        """Queue a checked request.

        Returns:
            A future that ends after the write with this request returned, or with a `Refusal`. Identical
            bytes on their way already share one future. It cannot be cancelled: the write goes on anyway.

        Raises:
            Unavailable: Stopping, or too many bytes in flight.
        """
        key = _sample(request)
        with self._changed:
            if self._stopping:
                raise self._unavailable(Reason.STOPPING, "the collector is shutting down")
            known = self._pending.get(key)
            # Equal bytes, not only equal samples: nothing may be swallowed by what only looks like it.
            if known is not None and known.request == request:
                self._metrics.requests_joined.inc()
                return known.result
            if not self._budget.try_reserve(len(request)):
                raise self._unavailable(Reason.OVERLOADED, "too many bytes are waiting to be stored")
            entry = _Entry(request, key, time.monotonic())
            entry.result.set_running_or_notify_cancel()
            self._pending.setdefault(key, entry)
            was_large = self._is_large()
            self._queue.append(entry)
            self._queued_bytes += len(request)
            # To wake a thread costs more than a small request: once for the first, once when they are many.
            if len(self._queue) == 1 or self._is_large() != was_large:
                self._changed.notify()
        return entry.result

    def _run(self) -> None:
        while group := self._take():
            try:
                self._write(group)
            except Exception:  # a defect must fail its requests, not the thread that serves all others
                logger.exception("writing %d requests failed", len(group))
                for entry in group:
                    self._finish(entry, Internal(Reason.INTERNAL, "the collector failed; see its log"))
            finally:
                with self._changed:
                    self._writing -= 1
                self._metrics.queue_bytes.set(self._budget.held_bytes)

    def _take(self) -> list[_Entry]:
        with self._changed:
            while not self._queue or self._waits_for_more():
                if self._stopping and not self._queue:
                    return []
                self._changed.wait(_SMALL_GROUP_WAITS_SECONDS if self._queue else None)
            group = [self._queue.popleft()]
            size_bytes = len(group[0].request)
            while self._queue and len(group) < self._limits.max_batch_requests:
                size_bytes += len(self._queue[0].request)
                if size_bytes > self._limits.max_batch_bytes:
                    break
                group.append(self._queue.popleft())
            self._queued_bytes -= sum(len(entry.request) for entry in group)
            self._writing += 1
            if self._queue:
                self._changed.notify()
            self._metrics.queue_bytes.set(self._budget.held_bytes)
            return group

    def _waits_for_more(self) -> bool:
        """Whether what is queued goes better with what comes until the write under way returns."""
        return (
            self._writing > 0
            and not self._is_large()
            and time.monotonic() - self._queue[0].queued_at < _SMALL_GROUP_WAITS_SECONDS
        )

    def _is_large(self) -> bool:
        """Whether what is queued is worth a write of its own."""
        return len(self._queue) >= self._limits.max_batch_requests or self._queued_bytes >= min(
            _SMALL_GROUP_BYTES, self._limits.max_batch_bytes
        )

    def _write(self, group: list[_Entry]) -> None:
        started = time.perf_counter()
        failure: StorageError | None = None
        try:
            self._store.write([entry.request for entry in group])
        except (UndecodableBlock, StorageRefused) as refused:
            self._note_failure(refused)
            self._sort_out(group, refused)
            return
        except StorageError as error:
            self._note_failure(error)
            failure = error
        finally:
            self._metrics.insert_seconds.observe(time.perf_counter() - started)
        for entry in group:
            self._finish(entry, self._as_refusal(failure) if failure else None)

    def _sort_out(self, group: list[_Entry], refused: UndecodableBlock | StorageRefused) -> None:
        results = self._poison.write([entry.request for entry in group], refused)
        for entry, error in zip(group, results, strict=True):
            self._finish(entry, self._as_refusal(error) if isinstance(error, StorageError) else error)

    def _as_refusal(self, failure: StorageError) -> Unavailable:
        if isinstance(failure, StorageUnavailable):
            return self._unavailable(Reason.STORE_UNAVAILABLE, f"the store is away: {failure}")
        if isinstance(failure, StorageRefused):
            return self._unavailable(Reason.STORE_UNAVAILABLE, f"the store refused: {failure}")
        # Every other failure is retryable too: only UndecodableBlock says that trying again cannot help.
        return self._unavailable(Reason.OVERLOADED, f"the store is overloaded: {failure}")

    def _unavailable(self, reason: Reason, message: str) -> Unavailable:
        return Unavailable(reason, message, self._limits.retry_after_seconds)

    def _note_failure(self, failure: StorageError) -> None:
        logger.warning("write failed: %s: %.500r", type(failure).__name__, str(failure))
        self._metrics.insert_failures.labels(type(failure).__name__).inc()
        self._metrics.last_error_time.set(self._wall_clock())

    def _finish(self, entry: _Entry, error: Exception | None) -> None:
        with self._changed:
            if entry.result.done():
                return
            if self._pending.get(entry.key) is entry:
                del self._pending[entry.key]
        self._budget.release(len(entry.request))
        if error is None:
            entry.result.set_result(None)
        else:
            entry.result.set_exception(error)


def _sample(request: bytes) -> bytes:
    """Bytes from all over a request, enough to tell most requests apart: hashing would read every one."""
    return request[:: len(request) // _SAMPLE_BYTES + 1]
