"""The threads that unpack: their own bundles as they are handed over, and those that others left behind.

Spans can be read a moment after they are acknowledged: at once when little arrives, within about a second
else, so that a trickle of exports does not cost an INSERT with all its views for each of them.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Protocol

from storage.bundle import owner_in
from storage.bundles import Bundle, Bundles
from storage.errors import StorageError, StorageOverloaded, StorageRefused, StorageUnavailable
from storage.unpacker import Unpacker

logger = logging.getLogger(__name__)

# A collector that lives writes nothing into a bundle after 15 s, and no write takes longer than 30 s
# (storage/bundles.py, storage/writer.py).
_ABANDONED_SECONDS = 60
_LOOK_ROUND_SECONDS = 10.0
_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.5, 10.0


class UnpackingWatcher(Protocol):
    """Is told what happens; must not raise."""

    def unpacked(self, seconds: float, /) -> None:
        """A bundle is in the spans table."""

    def unpacking_failed(self, error: StorageError, /) -> None:
        """A bundle could not be unpacked now; it is tried again."""


class Unpacking:
    """Runs an `Unpacker` beside the writers.

    Args:
        unpacker: Does the work.
        bundles: Where writers hand over.
        owner: This process (`storage.bundle.owner_of`): what it left in the log is its own to finish.
        alone: No other process writes to this store, so everything in the log is left over.
        threads: Bundles unpacked at the same time.
        pause_seconds: Time between two starts, unless much is waiting.
        watcher: Told about every bundle.
        before: Unpacks what an earlier version of this program left in another log.
    """

    def __init__(
        self,
        unpacker: Unpacker,
        bundles: Bundles,
        *,
        owner: int,
        alone: bool,
        threads: int = 1,
        pause_seconds: float,
        watcher: UnpackingWatcher | None = None,
        before: Unpacker | None = None,
    ) -> None:
        self._unpacker = unpacker
        self._unpackers = (before, unpacker) if before else (unpacker,)
        self._bundles = bundles
        self._owner = owner
        self._alone = alone
        self._pause_seconds = pause_seconds
        self._watcher = watcher
        self._left_over: list[tuple[Unpacker, int]] = []
        self._caught_up = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number == 0,), name=f"unpacking-{number}", daemon=True)
            for number in range(threads)
        ]

    def look_back(self) -> None:
        """Finds what an earlier life of this process acknowledged; call before anything is written.

        It is unpacked first once `start` is called, while new requests are taken already. What cannot be
        unpacked stays in the log and is tried again later.

        Raises:
            StorageError: The log cannot be read.
        """
        for unpacker in self._unpackers:
            for bundle in unpacker.logged_bundles():
                if self._alone or owner_in(bundle) == self._owner:
                    self._left_over.append((unpacker, bundle))
                    # Of two bundles with the same request the earlier one has it: not the new one.
                    self._bundles.number_after(bundle)
        if self._left_over:
            logger.info("unpacking what was acknowledged before the last stop")

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def caught_up(self, seconds: float) -> bool:
        """Whether what `look_back` found is unpacked, or was tried; waits so long for it."""
        return self._caught_up.wait(seconds)

    def stop(self, drain_seconds: float) -> bool:
        """Ends the threads after what is logged is unpacked; what is not stays in the log.

        Returns:
            Whether they ended in time.
        """
        self._bundles.stop()
        deadline = time.monotonic() + drain_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, looks_round: bool) -> None:
        if looks_round:
            for unpacker, number in self._left_over:
                self._try(unpacker, number)
            self._caught_up.set()
        looked_round = time.monotonic()
        while True:
            bundle = self._bundles.take(_LOOK_ROUND_SECONDS, self._pause_seconds)
            if bundle is not None:
                self._unpack_own(bundle)
                self._bundles.done(bundle)
            elif self._bundles.stopped:
                return
            if looks_round and time.monotonic() - looked_round >= _LOOK_ROUND_SECONDS:
                looked_round = time.monotonic()
                self._look_round()

    def _unpack_own(self, bundle: Bundle) -> None:
        """While the store is away, until it is back: writers wait when the next bundle is full.

        A bundle that is refused may be at fault itself: it stays in the log for the next look round, and the
        others go on.
        """
        pause = _FIRST_RETRY_SECONDS
        while failure := self._try(self._unpacker, bundle.number, keep=bundle.uncertain):
            if not isinstance(failure, StorageUnavailable | StorageOverloaded):
                return
            if self._bundles.stopped:
                logger.error("spans acknowledged last stay in the log until the next start")
                return
            time.sleep(pause)
            pause = min(pause * 2, _LAST_RETRY_SECONDS)

    def _look_round(self) -> None:
        """Takes up bundles that nobody will hand over: of collectors that are gone, and kept ones."""
        for unpacker in self._unpackers:
            try:
                abandoned = unpacker.logged_bundles(_ABANDONED_SECONDS)
            except StorageError as failure:
                logger.warning("cannot look for bundles: %.300r", str(failure))
                continue
            for bundle in abandoned:
                self._try(unpacker, bundle)

    def _try(self, unpacker: Unpacker, bundle: int, *, keep: bool = False) -> StorageError | None:
        started = time.perf_counter()
        try:
            unpacker.unpack(bundle, keep=keep)
        except StorageError as failure:
            logger.warning("unpacking failed: %s: %.500r", type(failure).__name__, str(failure))
            return self._failed(failure)
        except Exception:  # a defect that one bundle shows must not end the thread that all others need
            logger.exception("unpacking failed")
            return self._failed(StorageRefused("a defect of the unpacker; see its log"))
        if self._watcher is not None:
            self._watcher.unpacked(time.perf_counter() - started)
        return None

    def _failed(self, failure: StorageError) -> StorageError:
        if self._watcher is not None:
            self._watcher.unpacking_failed(failure)
        return failure
