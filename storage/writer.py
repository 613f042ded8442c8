"""Puts OTLP requests into the store: bytes in, one INSERT, ClickHouse decodes.

Owns once-only storage: a request whose bytes were stored in the last minutes is not stored again, and a
block whose outcome is unknown (the connection broke, the process died) is sent again as the same block under
the same token, which ClickHouse deduplicates table by table, before anything else is written. Never looks
inside a request. Data goes on by materialized views.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import xxhash

from storage import statements
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, Endpoint
from storage.errors import StorageOverloaded, StorageUnavailable
from storage.journal import Journal, JournalEntry
from storage.space import FreeSpace

logger = logging.getLogger(__name__)

_TABLE = "otlp_ingest"
_MESSAGE = "Request"


class SpanWriter:
    """Writes blocks of requests; safe to call from several threads at once."""

    def __init__(self, database: Database, journal: Journal, space: FreeSpace | None = None) -> None:
        self._database = database
        self._journal = journal
        self._space = space
        self._settings = insert_settings(database.endpoint)
        self._unresolved: list[JournalEntry] = journal.leftover()
        self._resolving = threading.Lock()

    def write(self, requests: Sequence[bytes]) -> None:
        """Stores each request once; returns when all of them are stored.

        Args:
            requests: Serialized ExportTraceServiceRequest messages that upb has accepted.

        Raises:
            UndecodableBlock: ClickHouse refused the bytes; nothing of this call was stored.
            StorageUnavailable: Outcome unknown or nothing stored; sending the requests again is safe.
            StorageOverloaded: Nothing stored; try again later.
            StorageRefused: An error that says nothing about its cause; other requests are not held up by it.
        """
        self.resolve()
        if self._space is not None:
            self._space.require()
        by_hash = {xxhash.xxh3_128_intdigest(request): request for request in requests}
        for (stored,) in self._database.rows("requests_seen", {"hashes": list(by_hash)}):
            by_hash.pop(stored, None)
        if not by_hash:
            return
        entry = JournalEntry.of(by_hash)
        self._journal.add(entry)
        try:
            self._insert(entry)
        except StorageUnavailable:
            # It may or may not be stored: only the same block under the same token can tell.
            with self._resolving:
                self._unresolved.append(entry)
            raise
        except Exception:
            self._journal.remove(entry)
            raise
        self._journal.remove(entry)

    def resolve(self) -> None:
        """Sends blocks of unknown outcome again, oldest first; called before every write and on start.

        Raises:
            StorageUnavailable: The store is still away; the blocks are kept.
        """
        if not self._unresolved:
            return
        with self._resolving:
            while self._unresolved:
                entry = self._unresolved[0]
                try:
                    self._insert(entry)
                except (StorageUnavailable, StorageOverloaded):
                    raise
                except Exception:
                    # Never acknowledged, and the store says it cannot take it: the sender will hear so.
                    logger.exception("dropping an unacknowledged block that cannot be stored")
                self._journal.remove(entry)
                del self._unresolved[0]

    def _insert(self, entry: JournalEntry) -> None:
        self._database.insert_bytes(
            _TABLE,
            entry.block,
            format_name="Protobuf",
            settings={**self._settings, "insert_deduplication_token": entry.token},
        )
        self._database.insert_rows("requests_seen", [[value] for value in entry.hashes], ["RequestHash"])


def insert_settings(endpoint: Endpoint) -> dict[str, str]:
    """Settings of the INSERT that decodes OTLP.

    One parsing thread and one insert thread keep a repeated block cut in the same places, so that its token
    deduplicates; parallelism comes from several inserts in flight.
    """
    if isinstance(endpoint, EmbeddedEndpoint):
        # Sent as text, the embedded engine would keep a copy in `__cache__` of the working directory.
        schema = {"format_schema": f"{statements.otlp_schema_path()}:{_MESSAGE}"}
    else:
        schema = {
            "format_schema_source": "string",
            "format_schema": statements.otlp_schema(),
            "format_schema_message_name": _MESSAGE,
        }
    return schema | {
        "input_format_protobuf_oneof_presence": "1",
        "input_format_parallel_parsing": "0",
        "max_threads": "1",
        "max_insert_threads": "1",
        "deduplicate_blocks_in_dependent_materialized_views": "1",
        "insert_deduplicate": "1",
        # Views group their rows already; grouping them once more on the way in gains nothing.
        "optimize_on_insert": "0",
    }
