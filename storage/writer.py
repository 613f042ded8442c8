"""Makes OTLP requests durable: bytes in, one INSERT into the log, ClickHouse decodes.

A request is acknowledged when it is in the log; its spans follow within a second (storage/unpacking.py).
Never looks inside a request.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from storage import statements
from storage.bundle import block_of, request_hash
from storage.bundles import Bundles
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, Endpoint
from storage.errors import StorageRefused
from storage.space import FreeSpace

_TABLE = "otlp_log"
_MESSAGE = "Request"
# A write ends within this, so that none lands in a bundle which another collector takes for abandoned.
_WRITE_SECONDS = 30
# A server keeps the schema as a file when it meets it first; of several INSERTs that make it at the same time
# most fail, and have stored nothing.
_SCHEMA_CACHE = "/__cache__/"
_ATTEMPTS, _FIRST_PAUSE_SECONDS = 8, 0.02


class SpanWriter:
    """Writes groups of requests; safe to call from several threads at once.

    Args:
        database: The store.
        bundles: Says where each group goes.
        space: Asked for room before each write.
        alone: No other process writes to this store. A request that comes again may then be logged again: the
            one unpacker leaves it out. Otherwise it could be unpacked by two at a time, so it is not logged.
    """

    def __init__(
        self, database: Database, bundles: Bundles, space: FreeSpace | None = None, *, alone: bool
    ) -> None:
        self._database = database
        self._bundles = bundles
        self._space = space
        self._alone = alone
        self._settings = decode_settings(database.endpoint)

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
        if self._space is not None:
            self._space.require()
        by_hash = {request_hash(request): request for request in requests}
        if not self._alone:
            for stored in self._database.hashes("requests_known", list(by_hash)):
                by_hash.pop(stored, None)
            if not by_hash:
                return
        with self._bundles.place(sum(map(len, by_hash.values()))) as bundle:
            self._insert(block_of(by_hash, bundle))

    def _insert(self, block: Sequence[bytes]) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                self._database.insert_bytes(_TABLE, block, format_name="Protobuf", settings=self._settings)
            except StorageRefused as refused:
                if _SCHEMA_CACHE not in str(refused) or attempt + 1 == _ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
            else:
                return


def decode_settings(endpoint: Endpoint) -> dict[str, str]:
    """Settings of an INSERT that decodes OTLP (storage/sql/otlp.proto)."""
    if isinstance(endpoint, EmbeddedEndpoint):
        # Sent as text, the embedded engine would keep a copy in `__cache__` of the working directory.
        schema = {"format_schema": f"{statements.otlp_schema_path()}:{_MESSAGE}"}
    else:
        schema = {
            "format_schema_source": "string",
            "format_schema": statements.otlp_schema(),
            "format_schema_message_name": _MESSAGE,
            "max_execution_time": str(_WRITE_SECONDS),
        }
    return schema | {
        "input_format_protobuf_oneof_presence": "1",
        "input_format_parallel_parsing": "0",
        "max_insert_threads": "1",
    }
