"""What was read of links is used again while nothing that it was made of has changed.

Holds no figures of its own making and asks no store: `query.links.source` fills it and says what changed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

import polars as pl

from storage.hops import SLICE_SECONDS
from storage.slots import HOUR, MINUTE, Slots

# Frames beyond this are forgotten, the longest unused first.
MOST_BYTES = 128 * 1024 * 1024
_LENGTHS = (SLICE_SECONDS, MINUTE, HOUR)
# Length and start, in seconds.
_Slot = tuple[int, int]
_Key = tuple[str, Slots]


class RememberedFrames:
    """Frames by what was asked for and the slots they were made of; safe to share between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._frames: OrderedDict[_Key, tuple[pl.DataFrame, frozenset[_Slot]]] = OrderedDict()
        self._bytes = 0.0
        self._changes = 0

    def get(self, asked: str, slots: Slots, read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The frame of these slots, from memory or by `read`.

        Args:
            asked: What the frame shows of the slots.
            slots: What it is made of.
            read: Brings it.
        """
        changes = self._changes
        found = self.peek(asked, slots)
        if found is None:
            found = read()
            # What changed while it was read may or may not be in it.
            if changes == self._changes:
                self.put(asked, slots, found)
        return found

    def peek(self, asked: str, slots: Slots) -> pl.DataFrame | None:
        """The frame of these slots if it is still known."""
        key = _key(asked, slots)
        with self._lock:
            if key not in self._frames:
                return None
            self._frames.move_to_end(key)
            return self._frames[key][0]

    def put(self, asked: str, slots: Slots, frame: pl.DataFrame) -> None:
        """Remembers a frame."""
        key = _key(asked, slots)
        with self._lock:
            if key not in self._frames:
                self._frames[key] = (frame, _made_of(slots))
                self._bytes += frame.estimated_size()
                while self._bytes > self._most_bytes:
                    _, (forgotten, _) = self._frames.popitem(last=False)
                    self._bytes -= forgotten.estimated_size()

    def forget(self, changed: Collection[int]) -> None:
        """Drops every frame made of a slot that one of these slices lies in."""
        if not changed:
            return
        with self._lock:
            self._changes += 1
            touched = {(length, start // length * length) for start in changed for length in _LENGTHS}
            for key in [key for key, (_, made_of) in self._frames.items() if not touched.isdisjoint(made_of)]:
                frame, _ = self._frames.pop(key)
                self._bytes -= frame.estimated_size()

    def clear(self) -> None:
        """Drops everything."""
        with self._lock:
            self._changes += 1
            self._frames.clear()
            self._bytes = 0.0


def _key(asked: str, slots: Slots) -> _Key:
    return asked, slots


def _made_of(slots: Slots) -> frozenset[_Slot]:
    by_length = zip(_LENGTHS, (slots.slices, slots.minutes, slots.hours), strict=True)
    return frozenset((length, start) for length, starts in by_length for start in starts)
