"""Answers questions about one trace: reads its rows and hands them to the pure modules."""

from __future__ import annotations

from collections.abc import Callable

from query.model.trace import Trace
from query.traces.assembly import trace_of
from query.traces.collection import collection_paused
from query.traces.rebuilt import RebuiltTrace, rebuild
from query.traces.trace_id import parse_trace_id
from storage.traces import TraceStore


class TraceReader:
    """Traces by id."""

    def __init__(self, store: TraceStore, clock_ns: Callable[[], int]) -> None:
        self._store = store
        self._clock_ns = clock_ns

    def get(self, trace_id: str) -> Trace | None:
        """The rebuilt trace as objects; otherwise as `rebuilt`."""
        with collection_paused():
            rebuilt = self.rebuilt(trace_id)
            return None if rebuilt is None else trace_of(rebuilt)

    def rebuilt(self, trace_id: str) -> RebuiltTrace | None:
        """The rebuilt trace in columns; None when no span of it is stored.

        Args:
            trace_id: Hexadecimal, upper or lower case; shorter ids are filled with zeros on the left.

        Raises:
            TraceIdError: This is not a trace id.
            storage.errors.StorageError: The store cannot answer.
        """
        normal = parse_trace_id(trace_id)
        frame = self._store.spans(normal)
        if frame is None:
            return None
        with collection_paused():
            return rebuild(normal, frame, self._clock_ns())
