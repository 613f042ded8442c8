"""Traces a person is looking at, kept for the requests that follow: the drawer, search within the trace.

Opening a page always reads the trace anew, since spans may have arrived; what that page then asks is
answered from here, so that a click in a trace of 100,000 spans does not read all of it again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from query.model.trace import Trace
from query.model.window import NS_PER_S
from ui.questions import TraceQuestions

MAX_SPANS = 150_000
MAX_AGE_NS = 300 * NS_PER_S


@dataclass(frozen=True, slots=True)
class _Kept:
    trace: Trace
    read_ns: int


class RecentTraces:
    """At most `MAX_SPANS` spans of recently opened traces, none older than five minutes.

    Args:
        questions: Where traces are read.
        clock_ns: The current time in Unix nanoseconds.
    """

    def __init__(self, questions: TraceQuestions, clock_ns: Callable[[], int]) -> None:
        self._questions = questions
        self._clock_ns = clock_ns
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, trace_id: str) -> Trace | None:
        """The trace as it is stored now; remembered."""
        trace = self._questions.get(trace_id)
        if trace is not None:
            self._remember(trace_id, trace)
        return trace

    def recall(self, trace_id: str) -> Trace | None:
        """The trace as it was last read, or as it is stored now."""
        with self._lock:
            kept = self._kept.get(trace_id)
        if kept is not None and self._clock_ns() - kept.read_ns < MAX_AGE_NS:
            return kept.trace
        return self.read(trace_id)

    def _remember(self, trace_id: str, trace: Trace) -> None:
        now_ns = self._clock_ns()
        with self._lock:
            self._kept.pop(trace_id, None)
            self._kept[trace_id] = _Kept(trace, now_ns)
            old = [key for key, kept in self._kept.items() if now_ns - kept.read_ns >= MAX_AGE_NS]
            for key in old:
                del self._kept[key]
            while len(self._kept) > 1 and sum(len(k.trace.spans) for k in self._kept.values()) > MAX_SPANS:
                self._kept.popitem(last=False)
