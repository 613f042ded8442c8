"""The one door to ClickHouse: embedded (chDB) or a server, by the same code path.

Owns connections and the translation of the driver's errors into `storage.errors`. Knows no table: readers
and the writer bring their SQL from files. Only this module imports the ClickHouse client, whose chDB
interface is marked experimental upstream (versions are pinned).
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from storage import statements
from storage.endpoint import EmbeddedEndpoint, Endpoint, ServerEndpoint
from storage.failure import translated

if TYPE_CHECKING:
    import polars as pl

logger = logging.getLogger(__name__)

# An INSERT is acknowledged when the shards have it; sub-queries are answered by the whole cluster, because an
# OTel span link may join traces of two shards.
_CLUSTER_SETTINGS = {
    "distributed_foreground_insert": "1",
    "distributed_product_mode": "global",
    "insert_distributed_one_random_shard": "0",
}

Parameter = str | int | float | Sequence[str] | Sequence[int]


class Database:
    """A pool of connections to one database, safe to share between threads.

    A connection serves one call at a time; calls beyond `max_connections` wait for a free one.
    """

    def __init__(self, endpoint: Endpoint, *, max_connections: int = 8) -> None:
        self.endpoint = endpoint
        self.name = endpoint.database
        self._max_connections = max_connections
        # LIFO keeps few connections warm. None marks a place where no client has been opened yet.
        self._idle: queue.LifoQueue[Client | None] = queue.LifoQueue()
        for _ in range(max_connections):
            self._idle.put(None)

    def rows(
        self, query_name: str, parameters: Mapping[str, Parameter] | None = None
    ) -> list[tuple[Any, ...]]:
        """Runs `sql/queries/<query_name>.sql` and returns its rows.

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        started = time.perf_counter()
        with self.connection() as client:
            result = client.query(statements.sent(query_name), parameters=dict(parameters or {}))
            rows = [tuple(row) for row in result.result_rows]
        logger.debug("%s: %d rows in %.1f ms", query_name, len(rows), (time.perf_counter() - started) * 1e3)
        return rows

    def frame(self, query_name: str, parameters: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        """The same as `rows`, as a Polars frame (columns as Arrow, no Python object per value)."""
        # Only those who ask for columns load what makes them: 60 MB that a collector does without.
        from storage.arrow_stream import frame_of

        started = time.perf_counter()
        with self.connection() as client:
            stream = client.raw_query(
                statements.sent(query_name), parameters=dict(parameters or {}), fmt="ArrowStream"
            )
        frame = frame_of(stream)
        logger.debug(
            "%s: %d rows in %.1f ms", query_name, frame.height, (time.perf_counter() - started) * 1e3
        )
        return frame

    def execute(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Any:
        """Runs one statement that answers with nothing or a single value (DDL, INSERT … SELECT)."""
        with self.connection() as client:
            return client.command(sql, parameters=dict(parameters or {}), settings=dict(settings or {}))

    def run(
        self,
        query_name: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Runs `sql/queries/<query_name>.sql` for its effect."""
        self.execute(statements.sent(query_name), parameters, settings)

    def insert_bytes(
        self, table: str, block: bytes, *, format_name: str, settings: Mapping[str, str]
    ) -> None:
        """Inserts a block already encoded in a ClickHouse input format; returns when it is written."""
        with self.connection() as client:
            client.raw_insert(table, insert_block=block, fmt=format_name, settings=dict(settings))

    def insert_rows(self, table: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> None:
        """Inserts a few rows (bookkeeping tables; never spans)."""
        with self.connection() as client:
            client.insert(table, rows, column_names=list(columns))

    def create(self) -> None:
        """Creates the database where it does not exist."""
        with self.connection() as client:
            client.database = None
            try:
                client.command(statements.query("create_database"), parameters={"database": self.name})
            finally:
                client.database = self.name

    @contextmanager
    def connection(self) -> Iterator[Client]:
        """Lends a connection; the driver's errors come out as `StorageError`s."""
        client = self._idle.get()
        try:
            if client is None:
                client = self._open()
            yield client
        except ClickHouseError as error:
            raise translated(error) from error
        except OSError as error:
            raise translated(error) from error
        finally:
            self._idle.put(client)

    def close(self) -> None:
        """Closes idle connections; the embedded engine stops when its last one is closed."""
        for _ in range(self._max_connections):
            client = self._idle.get()
            if client is not None:
                client.close()
        for _ in range(self._max_connections):
            self._idle.put(None)

    def _open(self) -> Client:
        if isinstance(self.endpoint, EmbeddedEndpoint):
            self.endpoint.path.mkdir(parents=True, exist_ok=True)
            client = clickhouse_connect.get_client(interface="chdb", path=str(self.endpoint.path))
        else:
            client = self._open_server(self.endpoint)
        # Set after connecting: a fresh server has no such database until `create` makes it.
        client.database = self.name
        return client

    @staticmethod
    def _open_server(endpoint: ServerEndpoint) -> Client:
        return clickhouse_connect.get_client(
            host=endpoint.host,
            port=endpoint.port,
            username=endpoint.username,
            password=endpoint.password,
            secure=endpoint.secure,
            autogenerate_session_id=False,
            query_retries=0,
            settings=dict(_CLUSTER_SETTINGS) if endpoint.cluster else None,
        )
