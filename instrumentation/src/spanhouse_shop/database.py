"""A traced SQLite database in memory that takes its time, as one on a disk would.

The wait happens inside the driver's cursor, under the CLIENT span of the DB-API instrumentation.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

from opentelemetry.instrumentation.dbapi import instrument_connection

Row = tuple[Any, ...]


class _DiskCursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = ()) -> _DiskCursor:
        connection = self.connection
        if isinstance(connection, _DiskConnection):
            time.sleep(connection.disk_seconds)
        super().execute(sql, parameters)
        return self


class _DiskConnection(sqlite3.Connection):
    # `namespace` is read by the instrumentation and becomes `db.namespace`; sqlite3 itself has no such name.
    namespace = ""
    disk_seconds = 0.0

    def cursor(self, factory: Any = _DiskCursor) -> Any:
        return super().cursor(factory)


class Database:
    """One database; statements run one at a time in a worker thread."""

    def __init__(self, namespace: str, create_table: str) -> None:
        """Create the database.

        Args:
            namespace: its name, as it shows on the map.
            create_table: the SQL statement that creates its table; not traced.
        """
        self._connection = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None, factory=_DiskConnection
        )
        self._connection.execute(create_table)
        self._connection.namespace = namespace
        self._traced = instrument_connection(
            "opentelemetry.instrumentation.dbapi",
            self._connection,
            "sqlite",
            connection_attributes={"database": "namespace"},
        )
        self._lock = threading.Lock()

    def fill(self, insert: str, rows: Iterable[Sequence[object]]) -> None:
        """Insert rows, untraced: what was there before the story began."""
        self._connection.executemany(insert, rows)

    async def run(self, sql: str, parameters: Sequence[object], disk_seconds: float) -> list[Row]:
        """Run one statement that takes `disk_seconds` longer than SQLite needs; returns its rows."""
        return await asyncio.to_thread(self._run, sql, parameters, disk_seconds)

    def _run(self, sql: str, parameters: Sequence[object], disk_seconds: float) -> list[Row]:
        with self._lock:
            self._connection.disk_seconds = disk_seconds
            cursor = self._traced.cursor()
            try:
                cursor.execute(sql, parameters)
                rows: list[Row] = cursor.fetchall()
            finally:
                cursor.close()
        return rows
