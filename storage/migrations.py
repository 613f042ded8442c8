"""Brings a database to this version's schema: numbered files, forward only, checksummed.

Applied on start or by `spanhouse migrate`. On a cluster every statement runs on every node over its own
connection (no ON CLUSTER, which needs a coordination service), local tables before distributed ones.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from storage import statements
from storage.client import Database
from storage.errors import MigrationError

logger = logging.getLogger(__name__)

_LEDGER = "create_schema_migrations"


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """What may vary between installations' tables."""

    retention_days: int = 14
    replicated: bool = False

    def holes(self, database: str) -> dict[str, str]:
        """Values for the closed set of DDL holes."""
        return {
            "database": database,
            "local": "",
            "engine_prefix": "Replicated" if self.replicated else "",
            "retention_days": str(self.retention_days),
        }


def pending(database: Database) -> list[statements.Migration]:
    """Migrations not applied yet.

    Raises:
        MigrationError: An applied migration's text has changed, or the schema is newer than this program.
    """
    applied = {int(number): str(checksum) for number, checksum in database.rows("applied_migrations")}
    known = statements.migrations()
    for migration in known:
        if migration.number in applied and applied[migration.number] != migration.checksum:
            raise MigrationError(
                f"migration {migration.number:04d}_{migration.slug} was applied with another text; "
                "restore the file or start with an empty database"
            )
    if newer := applied.keys() - {migration.number for migration in known}:
        raise MigrationError(f"the schema is newer than this program (migration {max(newer):04d})")
    return [migration for migration in known if migration.number not in applied]


def plan(database: Database, options: SchemaOptions) -> Iterator[str]:
    """The statements `apply` would run, without running them."""
    prepare(database)
    for migration in pending(database):
        yield from migration.statements(options.holes(database.name))


def apply(database: Database, options: SchemaOptions) -> list[statements.Migration]:
    """Applies what is pending and returns it; running it twice changes nothing.

    Raises:
        MigrationError: See `pending`.
        StorageError: The store refused a statement.
    """
    prepare(database)
    todo = pending(database)
    for migration in todo:
        logger.info("applying migration %04d_%s", migration.number, migration.slug)
        for statement in migration.statements(options.holes(database.name)):
            database.execute(statement)
        database.insert_rows(
            "schema_migrations",
            [(migration.number, migration.slug, migration.checksum)],
            ["Number", "Slug", "Checksum"],
        )
    return todo


def prepare(database: Database) -> None:
    """Makes sure the database and its ledger of migrations exist."""
    database.create()
    database.run(_LEDGER)
