"""The log as a table of ClickHouse, `otlp_log`: what a collector acknowledges outlives its machine.

One INSERT per write, and ClickHouse decodes: what it cannot decode is refused before it is acknowledged.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

from storage import cluster, statements
from storage.bundle import block_of
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, Endpoint, ServerEndpoint
from storage.errors import StorageRefused

_TABLE = "otlp_log"
# A write ends within this, so that none lands in a bundle which another collector takes for abandoned.
_WRITE_SECONDS = 30
# A server keeps the schema as a file when it meets it first; of several INSERTs that make it at the same time
# most fail, and have stored nothing.
_SCHEMA_CACHE = "/__cache__/"
_ATTEMPTS, _FIRST_PAUSE_SECONDS = 8, 0.02


class TableLog:
    """A `storage.request_log.RequestLog` that any number of collectors share."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settings = decode_settings(database.endpoint)

    def without_known(self, requests: Mapping[int, bytes]) -> dict[int, bytes]:
        """What is logged or unpacked is left out: two unpackers might unpack it at the same time."""
        unknown = dict(requests)
        for stored in self._database.hashes("requests_known", list(requests)):
            unknown.pop(stored, None)
        return unknown

    def write(self, bundle: int, requests: Mapping[int, bytes]) -> None:
        """One INSERT; see `storage.request_log.RequestLog`."""
        block = block_of(requests, bundle)
        for attempt in range(_ATTEMPTS):
            try:
                self._database.insert_bytes(_TABLE, block, format_name="Protobuf", settings=self._settings)
            except StorageRefused as refused:
                if _SCHEMA_CACHE not in str(refused) or attempt + 1 == _ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
            else:
                return

    def bundles(self, quiet_seconds: int = 0) -> list[int]:
        """See `storage.request_log.RequestLog`."""
        found = self._database.rows("logged_bundles", {"quiet_seconds": quiet_seconds})
        return [int(bundle) for (bundle,) in found]

    def first_bundles(self, bundle: int) -> dict[int, int]:
        """See `storage.request_log.RequestLog`."""
        found = self._database.rows("bundle_requests", {"bundle": bundle})
        return {int(digest): int(first) for digest, first in found}

    def unpack(self, bundle: int, hashes: Sequence[int], token: str) -> None:
        """See `storage.request_log.RequestLog`."""
        self._database.run_on_hashes("unpack_bundle", hashes, {"bundle": bundle, "token": token})

    def set_aside(self, bundle: int, digest: int) -> None:
        """Into the table `otlp_set_aside`."""
        self._database.run("set_aside", {"bundle": bundle, "hash": digest})

    def drop(self, bundle: int) -> None:
        """See `storage.request_log.RequestLog`."""
        endpoint = self._database.endpoint
        on_cluster = isinstance(endpoint, ServerEndpoint) and bool(endpoint.cluster)
        table = f"{_TABLE}_local" if on_cluster else _TABLE
        for node in cluster.databases(self._database):
            with node as connected:
                connected.run("drop_bundle", {"table": table, "bundle": bundle})


def decode_settings(endpoint: Endpoint) -> dict[str, str]:
    """Settings of an INSERT that decodes OTLP (storage/sql/otlp.proto)."""
    if isinstance(endpoint, EmbeddedEndpoint):
        # Sent as text, the embedded engine would keep a copy in `__cache__` of the working directory.
        schema = {"format_schema": statements.otlp_message_path()}
    else:
        schema = {
            "format_schema_source": "string",
            "format_schema": statements.otlp_schema(),
            "format_schema_message_name": statements.OTLP_MESSAGE,
            "max_execution_time": str(_WRITE_SECONDS),
        }
    return schema | {
        "input_format_protobuf_oneof_presence": "1",
        "input_format_parallel_parsing": "0",
        "max_insert_threads": "1",
    }
