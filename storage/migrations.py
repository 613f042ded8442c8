"""Brings a database to this version's schema: numbered files, forward only, checksummed.

Applied on start or by `spanhouse migrate`. On a cluster every statement runs on every node over its own
connection, so that no coordination service is needed (ON CLUSTER wants one).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from storage import cluster, statements
from storage.client import Database
from storage.endpoint import Endpoint, ServerEndpoint
from storage.errors import MigrationError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """What may vary between installations' tables."""

    retention_days: int = 14
    replicated: bool = False

    def holes(self, endpoint: Endpoint) -> dict[str, str]:
        """Values for the closed set of DDL holes."""
        name = endpoint.cluster or "" if isinstance(endpoint, ServerEndpoint) else ""
        return {
            "database": endpoint.database,
            "cluster": name,
            "local": "_local" if name else "",
            "engine_prefix": "Replicated" if self.replicated else "",
            "retention_days": str(self.retention_days),
        }


def plan(database: Database, options: SchemaOptions) -> Iterator[str]:
    """The statements `apply` would run, without running them (the database and its ledger are made).

    Raises:
        MigrationError: See `pending`.
    """
    database.create()
    for node in cluster.databases(database):
        with node as connected:
            for migration in pending(connected):
                yield from migration.statements(options.holes(connected.endpoint))


def apply(database: Database, options: SchemaOptions) -> list[statements.Migration]:
    """Applies what is pending, on every node, and returns it; running it twice changes nothing.

    Raises:
        MigrationError: See `pending`.
        StorageError: The store refused a statement.
    """
    applied: dict[int, statements.Migration] = {}
    database.create()
    for node in cluster.databases(database):
        with node as connected:
            for migration in pending(connected):
                _apply_one(connected, migration, options)
                applied[migration.number] = migration
    return list(applied.values())


def pending(database: Database) -> list[statements.Migration]:
    """Migrations not applied on this node yet; makes the database and its ledger where missing.

    Raises:
        MigrationError: An applied migration's text has changed, or the schema is newer than this program.
    """
    database.create()
    database.run("create_schema_migrations")
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


def _apply_one(database: Database, migration: statements.Migration, options: SchemaOptions) -> None:
    logger.info("applying migration %04d_%s to %s", migration.number, migration.slug, database.endpoint)
    for statement in migration.statements(options.holes(database.endpoint)):
        database.execute(statement)
    database.insert_rows(
        "schema_migrations",
        [(migration.number, migration.slug, migration.checksum)],
        ["Number", "Slug", "Checksum"],
    )
