"""The statements of ingest against a server: data and lists of hashes travel as bytes in the request's body.

Values in a URL are limited to 128 KiB (`http_max_field_value_size`), some 3,000 hashes; a table sent along
with the statement is not, and needs no decimal digits. Owns the connections of these statements.
"""

from __future__ import annotations

import queue
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import urlencode

from storage.bundle import packed, unpacked
from storage.endpoint import ServerEndpoint
from storage.server_connection import ServerConnection

_HASHES = "{hashes:Array(UInt128)}"


class ServerStatements:
    """A pool of connections to one server, safe to share between threads.

    Args:
        endpoint: The server.
        settings: For every statement.
        max_connections: Calls beyond wait for a free one.
    """

    def __init__(self, endpoint: ServerEndpoint, settings: Mapping[str, str], max_connections: int) -> None:
        self._database = endpoint.database
        self._settings = dict(settings)
        self._idle: queue.LifoQueue[ServerConnection] = queue.LifoQueue()
        self._connections = [ServerConnection(endpoint) for _ in range(max_connections)]
        for connection in self._connections:
            self._idle.put(connection)
        self._target = lru_cache(maxsize=32)(self._written_target)
        # Nobody else can know it, so that no data holds it.
        self._boundary = uuid.uuid4().hex

    def insert(
        self, table: str, parts: Sequence[bytes], *, format_name: str, settings: Mapping[str, str]
    ) -> None:
        """Inserts a block encoded in a ClickHouse input format, given in pieces; returns when it is written.

        Raises:
            ServerRefusal: The server answered with an error.
            OSError: No answer.
        """
        sql = f"INSERT INTO {table} FORMAT {format_name}"
        with self._connection() as connection:
            connection.post(self._target(sql, tuple(settings.items())), parts)

    def with_hashes(
        self,
        sql: str,
        hashes: Sequence[int],
        parameters: Mapping[str, int | str] | None = None,
    ) -> list[int]:
        """Runs a statement about requests; returns what it answers with, which is hashes again.

        Args:
            sql: Has the hole `{hashes:Array(UInt128)}` at the right of an IN.
            hashes: For this hole; xxh3-128 of requests.
            parameters: For other holes.

        Raises:
            ServerRefusal: The server answered with an error.
            OSError: No answer.
        """
        options = {f"param_{name}": str(value) for name, value in (parameters or {}).items()}
        options |= {"hashes_format": "RowBinary", "hashes_structure": "RequestHash UInt128"}
        options["default_format"] = "RowBinary"
        target = self._target(sql.replace(_HASHES, "hashes"), tuple(options.items()))
        boundary = self._boundary
        opening = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="hashes"; filename="hashes"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = (opening.encode(), packed(hashes), f"\r\n--{boundary}--\r\n".encode())
        with self._connection() as connection:
            answer = connection.post(target, body, f"multipart/form-data; boundary={boundary}")
        return unpacked(answer)

    def close(self) -> None:
        """Closes idle connections."""
        for connection in self._connections:
            connection.close()

    def _written_target(self, sql: str, options: tuple[tuple[str, str], ...]) -> bytes:
        fields = {"database": self._database, "query": sql, "wait_end_of_query": "1", **self._settings}
        return f"/?{urlencode(fields | dict(options))}".encode()

    @contextmanager
    def _connection(self) -> Iterator[ServerConnection]:
        connection = self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put(connection)
