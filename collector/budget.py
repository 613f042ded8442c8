"""A bound on bytes held for requests that are not answered yet. Shared by all listeners of one collector."""

from __future__ import annotations

import threading
from typing import Self


class ByteBudget:
    """Counts bytes in flight and says no past `max_bytes`. Thread-safe.

    Something larger than `max_bytes` is granted only when nothing else is held, so that a bound below the
    request limit slows large requests down instead of locking them out.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held_bytes = 0
        self._lock = threading.Lock()

    def try_reserve(self, size_bytes: int) -> bool:
        """Take `size_bytes`, or return False and take nothing."""
        with self._lock:
            if self._held_bytes and self._held_bytes + size_bytes > self._max_bytes:
                return False
            self._held_bytes += size_bytes
            return True

    def release(self, size_bytes: int) -> None:
        """Give back what `try_reserve` granted."""
        with self._lock:
            self._held_bytes -= size_bytes

    @property
    def held_bytes(self) -> int:
        """Bytes held now."""
        return self._held_bytes

    @property
    def exhausted(self) -> bool:
        """Whether the next request would be refused whatever its size."""
        return self._held_bytes >= self._max_bytes


class Reservation:
    """What one request holds of a budget while it is read and checked; the batcher takes over from there.

    Use as a context manager, so that the bytes come back whatever happens.
    """

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Bytes held now."""
        return self._size_bytes

    def grow(self, size_bytes: int) -> bool:
        """Take more, or return False and keep what was held."""
        granted = self._budget.try_reserve(size_bytes)
        if granted:
            self._size_bytes += size_bytes
        return granted

    def release(self) -> None:
        """Give everything back; again does nothing."""
        self._budget.release(self._size_bytes)
        self._size_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
