"""A store for unit tests of ordering and failure only; what must be stored is tested on the real engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from storage.errors import StorageError, UndecodableBlock


class RecordingStore:
    """Remembers what it was asked to write.

    `gate` holds writes back while it is cleared; `failure` is raised instead of storing; requests for which
    `is_poison` is true make the whole call fail, as ClickHouse does.
    """

    def __init__(self) -> None:
        self.calls: list[list[bytes]] = []
        self.stored: list[bytes] = []
        self.gate = threading.Event()
        self.gate.set()
        self.failure: StorageError | None = None
        self.poison_error: StorageError = UndecodableBlock("Code: 33. DB::Exception: cannot read all data")
        self.is_poison: Callable[[bytes], bool] = lambda request: False
        self.entered = threading.Semaphore(0)
        self._lock = threading.Lock()

    def write(self, requests: Sequence[bytes]) -> None:
        with self._lock:
            self.calls.append(list(requests))
        self.entered.release()
        assert self.gate.wait(20)
        if self.failure is not None:
            raise self.failure
        if any(map(self.is_poison, requests)):
            raise self.poison_error
        with self._lock:
            self.stored += requests

    @property
    def span_names(self) -> list[str]:
        """Names of all stored spans, in order."""
        return [
            span.name
            for request in self.stored
            for resource_spans in ExportTraceServiceRequest.FromString(request).resource_spans
            for scope_spans in resource_spans.scope_spans
            for span in scope_spans.spans
        ]
