"""The one thing ingest asks of storage. `storage.writer.SpanWriter` is the real one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SpanStore(Protocol):
    """Durable home of spans."""

    def write(self, requests: Sequence[bytes]) -> None:
        """Store all requests in one write, or none of them.

        Called from `Limits.inserts_in_flight` threads at the same time. Returns only when they are
        durable: the caller acknowledges its clients then. A request stored before (same
        bytes) adds nothing.

        Args:
            requests: Each the bytes of one ExportTraceServiceRequest that passed `collector.otlp.check`.

        Raises:
            storage.errors.StorageUnavailable: Retryable.
            storage.errors.StorageOverloaded: Retryable.
            storage.errors.StorageRefused: For no known reason; one of the requests may be it.
            storage.errors.UndecodableBlock: At least one request is poison; nothing of this call was stored.
        """
