"""Writes spans the way a collector does and unpacks them at once, so that a test can read them."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

from collector.otlp.canonical import canonical
from storage.bundle import owner_of
from storage.bundles import Bundles
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.file_log import FileLog
from storage.request_log import RequestLog
from storage.space import FreeSpace
from storage.table_log import TableLog
from storage.unpacker import Unpacker
from storage.writer import SpanWriter


def file_log(database: Database, directory: Path | None = None, *, synced: bool = False) -> FileLog:
    """The log beside an embedded engine; without a directory of its own, in one that goes with it."""
    made = directory or Path(tempfile.mkdtemp(prefix="spanhouse-log-"))
    log = FileLog(database, made, synced=synced, rewritten=canonical)
    if directory is None:
        weakref.finalize(log, shutil.rmtree, made, ignore_errors=True)
    return log


def log_of(database: Database, directory: Path | None = None) -> RequestLog:
    """The log that goes with this kind of store."""
    if isinstance(database.endpoint, EmbeddedEndpoint):
        return file_log(database, directory)
    return TableLog(database)


class SettledWriter:
    """A `collector.store.SpanStore` whose spans can be read when `write` returns."""

    def __init__(
        self, database: Database, space: FreeSpace | None = None, log: RequestLog | None = None
    ) -> None:
        self._log = log = log or log_of(database)
        self._bundles = Bundles(owner_of("tests"), 32 * 1024 * 1024)
        self._writer = SpanWriter(log, self._bundles, space)
        self._unpacker = Unpacker(database, log)
        self._lock = threading.Lock()

    def logged_since(self) -> int | None:
        """See `storage.links.LoggedSince`."""
        return self._log.since_second if isinstance(self._log, FileLog) else None

    def write(self, requests: Sequence[bytes]) -> None:
        """Writes and unpacks; raises as `SpanWriter.write` and `Unpacker.unpack` do."""
        self._writer.write(requests)
        with self._lock:
            bundle = self._bundles.take(timeout_seconds=0)
            if bundle is not None:
                self._unpacker.unpack(bundle.number)
