"""Finds the requests that make a group fail and stores their neighbours.

An undecodable culprit is written once more in canonical form; if ClickHouse refuses that too, it goes into
quarantine. A group refused for no known reason is split too, since one of its requests may be the reason; the
one that is left alone gets a retryable error.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from collector.metrics import IngestMetrics
from collector.otlp.canonical import canonical
from collector.quarantine import Quarantine
from collector.refusal import Invalid, Reason
from collector.store import SpanStore
from storage.errors import StorageError, StorageRefused, UndecodableBlock

logger = logging.getLogger(__name__)

PoisonResult = StorageError | Invalid | None
"""None: stored. Invalid: this one is poison. StorageError: its half met another failure."""


class PoisonFilter:
    """Bisection over `SpanStore.write`.

    Args:
        store: The store that refused the group.
        quarantine: Where culprits go.
        metrics: Told about each culprit.
    """

    def __init__(self, store: SpanStore, quarantine: Quarantine, metrics: IngestMetrics) -> None:
        self._store = store
        self._quarantine = quarantine
        self._metrics = metrics

    def write(
        self, requests: Sequence[bytes], refused: UndecodableBlock | StorageRefused
    ) -> list[PoisonResult]:
        """Store what can be stored of a group that was refused as a whole.

        One culprit among n costs about 2·log2(n) more writes.

        Args:
            requests: The group.
            refused: The error the whole group got.

        Returns:
            One result per request, in order.
        """
        if len(requests) == 1:
            if isinstance(refused, StorageRefused):
                return [refused]
            return [self._rescue(requests[0], refused)]
        middle = len(requests) // 2
        halves = (requests[:middle], requests[middle:])
        failures = [self._failure_of(half) for half in halves]
        if all(isinstance(failure, StorageRefused) for failure in failures):
            # Both halves alike: it is not one of these requests, and more writes would only add load.
            return [failure for failure, half in zip(failures, halves, strict=True) for _ in half]
        results: list[PoisonResult] = []
        for failure, half in zip(failures, halves, strict=True):
            if isinstance(failure, UndecodableBlock | StorageRefused):
                results += self.write(half, failure)
            else:
                results += [failure] * len(half)
        return results

    def _failure_of(self, requests: Sequence[bytes]) -> StorageError | None:
        try:
            self._store.write(requests)
        except StorageError as failure:
            return failure
        return None

    def _rescue(self, request: bytes, refused: UndecodableBlock) -> PoisonResult:
        """Try the same request as protobuf writes it: oddities that only ClickHouse minds are gone then."""
        rewritten = canonical(request)
        if rewritten == request:
            return self._condemn(request, refused)
        try:
            self._store.write([rewritten])
        except UndecodableBlock as refused_again:
            return self._condemn(request, refused_again)
        except StorageError as failure:
            return failure
        return None

    def _condemn(self, request: bytes, refused: UndecodableBlock) -> Invalid:
        self._metrics.quarantined.inc()
        try:
            path = self._quarantine.keep(request, str(refused))
            logger.error("quarantined %d undecodable bytes as %s", len(request), path.name)
        except OSError as failure:
            logger.error("cannot write to the quarantine directory: %s", failure.strerror)
        return Invalid(Reason.POISON, "the store cannot decode this request; it was put into quarantine")
