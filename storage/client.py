"""The one door to ClickHouse: embedded (chDB) or a server, by the same code path.

Owns connections and the translation of errors into `storage.errors`. Knows no table: readers and the writer
bring their SQL from files. Only this module imports the ClickHouse client, whose chDB
interface is marked experimental upstream (versions are pinned).
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import clickhouse_connect
import orjson
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from storage import statements
from storage.endpoint import EmbeddedEndpoint, Endpoint, ServerEndpoint
from storage.errors import EngineBroken
from storage.failure import translated
from storage.server_connection import ServerRefusal
from storage.server_statements import ServerStatements

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

# Times as JSON has them.
_ROW_SETTINGS = {"date_time_input_format": "best_effort"}

Parameter = str | int | float | Sequence[str] | Sequence[int] | Sequence[tuple[int, str]]


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
        self._ingest: ServerStatements | None = None
        if isinstance(endpoint, ServerEndpoint):
            self._ingest = ServerStatements(endpoint, _settings_of(endpoint), max_connections)

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

    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Any:
        """Runs one statement that answers with nothing or a single value (DDL, INSERT … SELECT).

        Settings belong into its text: the embedded engine's driver sets and resets each by a statement of
        its own.
        """
        with self.connection() as client:
            return client.command(sql, parameters=dict(parameters or {}))

    def run(self, query_name: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Runs `sql/queries/<query_name>.sql` for its effect."""
        self.execute(statements.sent(query_name), parameters)

    def insert_bytes(
        self,
        table: str,
        block: bytes | Sequence[bytes],
        *,
        format_name: str,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Inserts a block already encoded in a ClickHouse input format; returns when it is written.

        Args:
            table: May name columns too: `table (column)`.
            block: Whole or in pieces. A server may be sent it twice, when it closes a connection meanwhile.
            format_name: ClickHouse's name of the format.
            settings: For this INSERT.
        """
        if self._ingest is not None:
            pieces = (block,) if isinstance(block, bytes) else block
            with _failures():
                self._ingest.insert(table, pieces, format_name=format_name, settings=settings or {})
            return
        whole = block if isinstance(block, bytes) else b"".join(block)
        with self.connection() as client:
            client.raw_insert(table, insert_block=whole, fmt=format_name, settings=dict(settings or {}))

    def hashes(self, query_name: str, hashes: Sequence[int]) -> list[int]:
        """Runs `sql/queries/<query_name>.sql` on any number of request hashes; returns those it selects."""
        if self._ingest is not None:
            with _failures():
                return self._ingest.with_hashes(statements.sent(query_name), hashes)
        return [int(digest) for (digest,) in self.rows(query_name, {"hashes": hashes})]

    def run_on_hashes(
        self,
        query_name: str,
        hashes: Sequence[int],
        parameters: Mapping[str, int | str],
    ) -> None:
        """Runs `sql/queries/<query_name>.sql` on hashes of requests for its effect."""
        if self._ingest is not None:
            with _failures():
                self._ingest.with_hashes(statements.sent(query_name), hashes, parameters)
            return
        self.run(query_name, {**parameters, "hashes": hashes})

    def insert_rows(self, table: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> None:
        """Inserts a few rows of what JSON can say (bookkeeping tables; never spans).

        The driver's own way would load pandas, to see whether it was handed a frame of it: 75 MB that a
        collector does without.
        """
        block = b"\n".join(orjson.dumps(list(row)) for row in rows)
        with self.connection() as client:
            client.raw_insert(
                table, columns, insert_block=block, fmt="JSONCompactEachRow", settings=_ROW_SETTINGS
            )

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
            with _failures():
                if client is None:
                    client = self._open()
                with self._whole_answers(client):
                    yield client
        finally:
            self._idle.put(client)

    @contextmanager
    def _whole_answers(self, client: Client) -> Iterator[None]:
        """Leaves nothing of an answer that failed half-way: chDB 4.4 gives it to the next question."""
        try:
            yield
        except ClickHouseError:
            if isinstance(self.endpoint, EmbeddedEndpoint):
                with suppress(ClickHouseError, ValueError):
                    client.raw_query("SELECT 1")
            raise

    def close(self) -> None:
        """Closes idle connections; the embedded engine stops when its last one is closed."""
        for _ in range(self._max_connections):
            client = self._idle.get()
            if client is not None:
                client.close()
        for _ in range(self._max_connections):
            self._idle.put(None)
        if self._ingest is not None:
            self._ingest.close()

    def _open(self) -> Client:
        if isinstance(self.endpoint, EmbeddedEndpoint):
            client = self._open_engine(self.endpoint)
        else:
            client = self._open_server(self.endpoint)
        # Set after connecting: a fresh server has no such database until `create` makes it.
        client.database = self.name
        return client

    @staticmethod
    def _open_engine(endpoint: EmbeddedEndpoint) -> Client:
        try:
            endpoint.path.mkdir(parents=True, exist_ok=True)
            return clickhouse_connect.get_client(interface="chdb", path=str(endpoint.path))
        except (ClickHouseError, OSError) as error:
            raise EngineBroken(
                f"ClickHouse cannot open its files in {endpoint.path} (what it says may stand above): "
                f"{translated(error)}; see docs/operations.md, Damaged files"
            ) from error

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
            settings=_settings_of(endpoint) or None,
        )


def _settings_of(endpoint: ServerEndpoint) -> dict[str, str]:
    return dict(_CLUSTER_SETTINGS) if endpoint.cluster else {}


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (ClickHouseError, ServerRefusal, OSError) as error:
        raise translated(error) from error
