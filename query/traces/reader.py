"""Answers questions about one trace: reads its rows and hands them to the pure modules."""

from __future__ import annotations

from collections.abc import Callable

from query.model.trace import Trace
from query.traces.assembly import assemble
from query.traces.collection import collection_paused
from query.traces.trace_id import parse_trace_id
from storage.traces import TraceStore


class TraceReader:
    """Traces by id."""

    def __init__(self, store: TraceStore, clock_ns: Callable[[], int]) -> None:
        self._store = store
        self._clock_ns = clock_ns

    def get(self, trace_id: str) -> Trace | None:
        """The rebuilt trace; None when no span of it is stored.

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
            return assemble(normal, frame, self._clock_ns())
