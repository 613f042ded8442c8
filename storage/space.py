"""Watches the store's free disk space, so that ingest stops before the disk is full and reading goes on."""

from __future__ import annotations

import threading
import time

from storage.client import Database
from storage.errors import StorageOverloaded

_LOOK_EVERY_SECONDS = 5.0


class FreeSpace:
    """Refuses writes while a disk of the store has less than `min_free_bytes` left (0 turns it off)."""

    def __init__(self, database: Database, min_free_bytes: int) -> None:
        self._database = database
        self._min_free_bytes = min_free_bytes
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._free_bytes = 0

    def require(self) -> None:
        """Returns when there is room; looks at the disks at most every five seconds.

        Raises:
            StorageOverloaded: There is not; merges need room too, so this comes before the disk is full.
            StorageError: The store could not be asked.
        """
        if self._min_free_bytes == 0:
            return
        with self._lock:
            now = time.monotonic()
            if now - self._looked_at >= _LOOK_EVERY_SECONDS:
                [(free_bytes,)] = self._database.rows("free_disk_space")
                self._free_bytes, self._looked_at = int(free_bytes), now
            if self._free_bytes < self._min_free_bytes:
                raise StorageOverloaded(
                    f"the store's disk is nearly full: {self._free_bytes // 2**20} MiB free, "
                    f"{self._min_free_bytes // 2**20} MiB are kept for merges"
                )
