"""Fresh databases on both kinds of engine, for tests that must hold on each.

The embedded engine allows one directory per process, so a pytest worker keeps one and every test gets a
database of its own in it (about 60 ms with all tables); a server gives databases the same way.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from storage import migrations
from storage.client import Database
from storage.endpoint import Endpoint

_numbers = itertools.count(1)


class Engine:
    """One running engine that hands out databases nobody else uses."""

    def __init__(self, name: str, endpoint: Endpoint) -> None:
        self.name = name
        self._endpoint = endpoint

    def fresh_endpoint(self) -> Endpoint:
        """An endpoint whose database does not exist yet."""
        return replace(self._endpoint, database=f"test_{os.getpid()}_{next(_numbers)}")

    @contextmanager
    def empty_database(self) -> Iterator[Database]:
        """A database without tables; dropped afterwards."""
        database = Database(self.fresh_endpoint())
        database.create()
        try:
            yield database
        finally:
            database.execute(f"DROP DATABASE IF EXISTS `{database.name}`")
            database.close()

    @contextmanager
    def migrated_database(self) -> Iterator[Database]:
        """A database with this version's schema and no rows; dropped afterwards."""
        with self.empty_database() as database:
            migrations.apply(database, migrations.SchemaOptions())
            yield database
