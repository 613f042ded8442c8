"""Keeps what was worked out last, so that the questions of one page about one link share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

# Long enough for the questions of one page, too short for anyone to see old figures.
KEPT_SECONDS = 5.0
MOST_KEPT = 4


class Recent(Generic[T]):
    """The last few answers to one kind of question; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, question: Hashable, work_out: Callable[[], T]) -> T:
        """The answer from a moment ago, or a new one."""
        with self._lock:
            kept = self._kept.get(question)
        if kept and self._clock() - kept[0] < KEPT_SECONDS:
            return kept[1]
        answer = work_out()
        with self._lock:
            self._kept.pop(question, None)
            self._kept[question] = (self._clock(), answer)
            for oldest in list(self._kept)[:-MOST_KEPT]:
                del self._kept[oldest]
        return answer
