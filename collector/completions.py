"""Brings results from the writer threads to an event loop, many at a time: one wake-up, not one for each."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Protocol


class Awaiting(Protocol):
    """Waits for a result."""

    def completed(self, error: BaseException | None) -> None:
        """The result, in the loop's thread."""


class Waiter:
    """Lets a coroutine wait for a result.

    Args:
        loop: The coroutine's.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[None] = loop.create_future()

    def completed(self, error: BaseException | None) -> None:
        """See `Awaiting`; nothing when nobody waits any more."""
        if self.result.done():
            return
        if error is None:
            self.result.set_result(None)
        else:
            self.result.set_exception(error)


class Completions:
    """A queue of results into one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._results: deque[tuple[Awaiting, BaseException | None]] = deque()
        self._woken = False

    def put(self, awaiting: Awaiting, error: BaseException | None) -> None:
        """Called from any thread."""
        self._results.append((awaiting, error))
        if not self._woken:
            self._woken = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False  # first: what is put from here on wakes again
        while self._results:
            awaiting, error = self._results.popleft()
            awaiting.completed(error)
