"""Traces a person is looking at, kept ready for what follows: the drawer, search within the trace.

Opening a page always reads the trace anew, since spans may have arrived; what that page then asks is
answered from here, so that a click in a trace of 100,000 spans does not read and derive all of it again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from query.model.window import NS_PER_S
from ui.questions import TraceQuestions
from ui.trace.view import TraceView, build_view

MAX_SPANS = 150_000
MAX_AGE_NS = 300 * NS_PER_S


@dataclass(frozen=True, slots=True)
class _Kept:
    view: TraceView
    read_ns: int


class RecentViews:
    """At most `MAX_SPANS` spans of recently opened traces, none older than five minutes.

    Args:
        questions: Where traces are read.
        clock_ns: The current time in Unix nanoseconds.
    """

    def __init__(self, questions: TraceQuestions, clock_ns: Callable[[], int]) -> None:
        self._questions = questions
        self._clock_ns = clock_ns
        self._kept: OrderedDict[tuple[str, bool], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, trace_id: str, *, raw: bool) -> TraceView | None:
        """The trace as it is stored now, remembered; None when no span of it is."""
        trace = self._questions.get(trace_id)
        if trace is None or not trace.spans:
            return None
        view = build_view(trace, raw=raw)
        self._remember((trace_id, raw), view)
        return view

    def recall(self, trace_id: str, *, raw: bool) -> TraceView | None:
        """The trace as it was last read, or else as it is stored now."""
        with self._lock:
            kept = self._kept.get((trace_id, raw))
        if kept is not None and self._clock_ns() - kept.read_ns < MAX_AGE_NS:
            return kept.view
        return self.read(trace_id, raw=raw)

    def _remember(self, key: tuple[str, bool], view: TraceView) -> None:
        now_ns = self._clock_ns()
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(view, now_ns)
            for old in [one for one, kept in self._kept.items() if now_ns - kept.read_ns >= MAX_AGE_NS]:
                del self._kept[old]
            while len(self._kept) > 1 and self._span_count() > MAX_SPANS:
                self._kept.popitem(last=False)

    def _span_count(self) -> int:
        return sum(len(kept.view.trace.spans) for kept in self._kept.values())
