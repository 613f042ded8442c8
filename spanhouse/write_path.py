"""Puts together what receivers write to and what makes it readable.

Connections of its own: readers never make a write wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from collector.metrics import UnpackingMetrics
from collector.otlp.canonical import canonical
from spanhouse.process import Process
from spanhouse.settings import IngestSettings
from storage.bundle import owner_of
from storage.bundles import Bundles
from storage.endpoint import Endpoint
from storage.file_log import FileLog
from storage.space import FreeSpace
from storage.table_log import TableLog
from storage.unpacker import Unpacker
from storage.unpacking import Unpacking
from storage.writer import SpanWriter


@dataclass(frozen=True, slots=True)
class WritePath:
    """The way in.

    Attributes:
        writer: What receivers write to.
        unpacking: What makes it readable.
        bundles: How far the one is ahead of the other.
        file_log: Where requests wait meanwhile, unless that is the store itself.
    """

    writer: SpanWriter
    unpacking: Unpacking
    bundles: Bundles
    file_log: FileLog | None

    def logged_since(self) -> int | None:
        """The Unix second in which the oldest request came that waits in files of this process."""
        return self.file_log.since_second if self.file_log else None


def write_path(
    process: Process,
    endpoint: Endpoint,
    settings: IngestSettings,
    name: str,
    log_directory: Path | None = None,
) -> WritePath:
    """Builds it; nothing is read or written yet.

    Args:
        process: Whose it is.
        endpoint: The store.
        settings: Limits.
        name: Tells this process from others that write to the store, and is the same after a restart.
        log_directory: Where acknowledged requests wait, beside the embedded engine; without it, in the store.
    """
    database = process.database(
        endpoint, max_connections=settings.inserts_in_flight + settings.unpack_threads + 2
    )
    owner = owner_of(name)
    bundles = Bundles(owner, settings.max_bundle_bytes, settings.unpack_threads)
    file_log = None
    if log_directory:
        file_log = FileLog(database, log_directory, synced=settings.fsync, rewritten=canonical)
    log = file_log or TableLog(database)
    unpacking = Unpacking(
        Unpacker(database, log),
        bundles,
        owner=owner,
        alone=file_log is not None,
        threads=settings.unpack_threads,
        pause_seconds=settings.unpack_pause_seconds,
        watcher=UnpackingMetrics(process.registry, lambda: bundles.waiting_bytes),
        # Until 2026-11 the embedded engine had its log in a table, too.
        before=Unpacker(database, TableLog(database)) if file_log else None,
    )
    space = FreeSpace(database, settings.min_free_bytes)
    return WritePath(SpanWriter(log, bundles, space), unpacking, bundles, file_log)
