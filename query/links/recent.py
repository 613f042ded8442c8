"""Keeps what was worked out last for a while, so that questions that follow one another share it."""

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
    """The last few answers to one kind of question; safe to share between threads.

    Args:
        kept_seconds: How long an answer serves.
        most_kept: Beyond it the oldest are forgotten.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        kept_seconds: float = KEPT_SECONDS,
        most_kept: int = MOST_KEPT,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept_seconds = kept_seconds
        self._most_kept = most_kept
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, question: Hashable, work_out: Callable[[], T]) -> T:
        """The answer from a moment ago, or a new one."""
        with self._lock:
            kept = self._kept.get(question)
        if kept and self._clock() - kept[0] < self._kept_seconds:
            return kept[1]
        answer = work_out()
        with self._lock:
            self._kept.pop(question, None)
            self._kept[question] = (self._clock(), answer)
            for oldest in list(self._kept)[: -self._most_kept]:
                del self._kept[oldest]
        return answer
