"""Which bundle a write goes into, and when a bundle is complete: the hand-over from writers to the unpacker.

One bundle is open at a time. It is handed over once nobody writes into it any more; meanwhile the next one
fills, no faster than the one before is unpacked: that is how unpacking slows senders down, all of them alike
instead of first none and then everyone. Does no I/O.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storage.bundle import bundle_id, opened_ms
from storage.errors import StorageOverloaded, StorageUnavailable

# Longer than a bundle stays open when all is well, far shorter than the time after which another collector
# may take it for abandoned (storage/unpacking.py): nobody writes into what another one may be dropping.
_OPEN_SECONDS = 15.0
# What may be ahead of the pace, as a share of a bundle: bursts pass, and half of the full rate never waits.
_AHEAD = 0.25
# Less says more about the fixed cost of an INSERT than about the pace of unpacking.
_TELLING_BYTES = 2**20
_LOOK_AGAIN_SECONDS = 0.02
# For so long after a write had to wait, more comes in than is unpacked.
_LATELY_SECONDS = 2.0


@dataclass(slots=True)
class Bundle:
    """Requests that are unpacked together."""

    number: int
    closes_at: float
    """`time.monotonic()` from which nothing more goes into it."""
    size_bytes: int = 0
    writers: int = 0
    stored: bool = False
    taken_at: float = 0.0
    uncertain: bool = False
    """A write into it broke off: the store may still finish it, later."""


class Bundles:
    """Safe to share between writers and unpackers.

    Args:
        owner: See `storage.bundle.owner_of`.
        max_bytes: How much goes into one bundle; a single larger write has one for itself.
        takers: How many unpackers take bundles.
        patience_seconds: How long a writer waits for room.
        wall_clock: Unix time in seconds.
    """

    def __init__(
        self,
        owner: int,
        max_bytes: int,
        takers: int = 1,
        patience_seconds: float = 30.0,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._owner = owner
        self._max_bytes = max_bytes
        self._takers = takers
        self._patience_seconds = patience_seconds
        self._wall_clock = wall_clock
        self._changed = threading.Condition()
        self._open: Bundle | None = None
        self._waiting: deque[object] = deque()
        self._taken: list[Bundle] = []
        self._last_taken_at = float("-inf")
        self._bytes_per_second = 0.0
        self._last_ms = 0
        self._stopped = False
        self._full_at = float("-inf")

    def number_after(self, bundle: int) -> None:
        """Gives only greater numbers than this from now on, even when the clock was set back."""
        with self._changed:
            self._last_ms = max(self._last_ms, opened_ms(bundle))

    @contextmanager
    def place(self, size_bytes: int) -> Iterator[int]:
        """Gives the number of the bundle to write `size_bytes` into.

        Leaving without an exception says that the write is durable.

        Raises:
            StorageOverloaded: The open bundle stayed full.
        """
        bundle = self._enter(size_bytes)
        stored = False
        try:
            yield bundle.number
            stored = True
        except StorageUnavailable:
            bundle.uncertain = True
            raise
        finally:
            with self._changed:
                bundle.writers -= 1
                first = not bundle.stored
                bundle.stored |= stored
                if not stored:
                    bundle.size_bytes -= size_bytes
                # Waking a thread for nothing costs more than anything else here.
                left = bundle is not self._open and not bundle.writers
                if first or left or self._waiting or self._is_half_full(bundle):
                    self._changed.notify_all()

    def take(self, timeout_seconds: float | None = None, pause_seconds: float = 0.0) -> Bundle | None:
        """Closes the open bundle and returns it when all its writes have ended.

        Args:
            timeout_seconds: How long to wait for something to be written; None: until `stop`.
            pause_seconds: Time since the last bundle was taken; a bundle that is half full is not waited for.

        Returns:
            None when there was nothing, or after `stop` once all is taken.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        with self._changed:
            while not self._is_due(pause_seconds):
                now, due_at = time.monotonic(), self._last_taken_at + pause_seconds
                if (deadline is not None and now >= deadline) or (self._stopped and not self._has_any()):
                    return None
                ends = [end - now for end in (deadline, due_at if due_at > now else None) if end is not None]
                self._changed.wait(max(0.0, min(ends)) if ends else None)
            bundle = self._open
            assert bundle is not None
            self._open = None
            self._taken.append(bundle)
            self._last_taken_at = bundle.taken_at = time.monotonic()
            self._changed.notify_all()
            while bundle.writers:
                self._changed.wait()
            return bundle

    def done(self, bundle: Bundle) -> None:
        """Says that the spans of a bundle that was taken can be read."""
        with self._changed:
            self._taken.remove(bundle)
            if bundle.size_bytes >= _TELLING_BYTES:
                pace = bundle.size_bytes / max(time.monotonic() - bundle.taken_at, 1e-3)
                self._bytes_per_second = (self._bytes_per_second or pace) * 0.5 + pace * 0.5
            self._changed.notify_all()

    @property
    def waiting_bytes(self) -> int:
        """Bytes of requests that are acknowledged, or about to be, and whose spans cannot be read yet."""
        with self._changed:
            return sum(bundle.size_bytes for bundle in (*self._taken, self._open) if bundle is not None)

    @property
    def behind(self) -> bool:
        """Whether more comes in than is unpacked.

        A write had to wait for room lately, or a bundle that is half full waits for somebody who takes it.
        """
        if time.monotonic() - self._full_at < _LATELY_SECONDS:
            return True
        with self._changed:
            waits = self._open is not None and self._is_half_full(self._open)
            return waits and len(self._taken) >= self._takers

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """Lets `take` return None once everything is taken, without waiting for more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _has_any(self) -> bool:
        return self._open is not None and (
            self._open.stored or self._open.uncertain or self._open.writers > 0
        )

    def _is_due(self, pause_seconds: float) -> bool:
        bundle = self._open
        if bundle is None or not (bundle.stored or bundle.uncertain):
            return False
        rested = time.monotonic() >= self._last_taken_at + pause_seconds
        return self._stopped or rested or self._is_half_full(bundle)

    def _is_half_full(self, bundle: Bundle) -> bool:
        """Whether it holds enough to be worth an INSERT at once."""
        return bundle.size_bytes * 2 >= self._max_bytes

    def _enter(self, size_bytes: int) -> Bundle:
        with self._changed:
            self._wait_for_room(size_bytes)
            if self._open is None:
                # Never the same number twice, whatever the clock does.
                self._last_ms = max(self._last_ms + 1, int(self._wall_clock() * 1e3))
                self._open = Bundle(bundle_id(self._last_ms, self._owner), time.monotonic() + _OPEN_SECONDS)
            self._open.size_bytes += size_bytes
            self._open.writers += 1
            return self._open

    def _wait_for_room(self, size_bytes: int) -> None:
        """In the order of arrival: small writes must not take the room that a large one waits for."""
        deadline = time.monotonic() + self._patience_seconds
        ticket = object()
        self._waiting.append(ticket)
        try:
            while self._waiting[0] is not ticket or not self._has_room(size_bytes):
                if time.monotonic() >= deadline:
                    raise StorageOverloaded("requests come faster than they can be unpacked")
                self._full_at = time.monotonic()
                self._changed.wait(_LOOK_AGAIN_SECONDS)
        finally:
            self._waiting.remove(ticket)
            if self._waiting:
                self._changed.notify_all()

    def _has_room(self, size_bytes: int) -> bool:
        bundle = self._open
        if bundle is None or bundle.size_bytes == 0:
            return True
        return bundle.size_bytes + size_bytes <= self._allowed_bytes() and time.monotonic() < bundle.closes_at

    def _allowed_bytes(self) -> float:
        """How full the open bundle may be by now: as much as was unpacked of the oldest one, and a bit."""
        if len(self._taken) < self._takers or not self._bytes_per_second:
            return self._max_bytes
        oldest = self._taken[0]
        unpacked_bytes = (time.monotonic() - oldest.taken_at) * self._bytes_per_second
        share = min(1.0, _AHEAD + unpacked_bytes / max(oldest.size_bytes, 1))
        return self._max_bytes * share
