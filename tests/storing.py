"""Writes spans the way a collector does and unpacks them at once, so that a test can read them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from storage.bundle import owner_of
from storage.bundles import Bundles
from storage.client import Database
from storage.space import FreeSpace
from storage.unpacker import Unpacker
from storage.writer import SpanWriter


class SettledWriter:
    """A `collector.store.SpanStore` whose spans can be read when `write` returns."""

    def __init__(self, database: Database, space: FreeSpace | None = None) -> None:
        self._bundles = Bundles(owner_of("tests"), 32 * 1024 * 1024)
        self._writer = SpanWriter(database, self._bundles, space, alone=True)
        self._unpacker = Unpacker(database)
        self._lock = threading.Lock()

    def write(self, requests: Sequence[bytes]) -> None:
        """Writes and unpacks; raises as `SpanWriter.write` and `Unpacker.unpack` do."""
        self._writer.write(requests)
        with self._lock:
            bundle = self._bundles.take(timeout_seconds=0)
            if bundle is not None:
                self._unpacker.unpack(bundle.number)
