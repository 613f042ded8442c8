"""Opens the store that the settings name and brings its schema to this version."""

from __future__ import annotations

import logging
from pathlib import Path

from spanhouse.lifecycle import StopRequest
from spanhouse.setting_group import SettingError
from spanhouse.settings import DurabilitySettings, RetentionSettings, ServerStoreSettings
from storage import damage, migrations, policy
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, Endpoint, parse_server_url
from storage.errors import StorageUnavailable
from storage.migrations import SchemaOptions
from storage.policy import Policy

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 5.0


class Stopped(Exception):
    """The process was asked to end while it waited for the store."""


def endpoint_of(settings: ServerStoreSettings, engine_path: Path | None = None) -> Endpoint:
    """Where the store is: the server in the settings, else the embedded engine in `engine_path`.

    Raises:
        SettingError: `--clickhouse` is not a URL of a ClickHouse server.
    """
    if settings.clickhouse:
        try:
            return parse_server_url(settings.clickhouse, cluster=settings.cluster)
        except ValueError as error:
            raise SettingError(f"--clickhouse: {error}") from None
    assert engine_path is not None, "the embedded engine needs a directory"
    return EmbeddedEndpoint(engine_path)


def schema_options(settings: ServerStoreSettings) -> SchemaOptions:
    """What the settings say about tables."""
    return SchemaOptions(replicated=settings.replicated)


def policy_of(settings: RetentionSettings) -> Policy:
    """What the settings say about tables that may change any day."""
    fsync = settings.fsync if isinstance(settings, DurabilitySettings) else None
    return Policy(retention_days=settings.retention_days, fsync=fsync)


def check(database: Database) -> None:
    """Returns when the store answers.

    Raises:
        StorageError: It does not.
    """
    database.execute("SELECT 1")


def _tell_damage(database: Database) -> None:
    """Of the engine in this process: a server has a log, and people who read it."""
    if isinstance(database.endpoint, EmbeddedEndpoint):
        for one in damage.found(database):
            logger.error("%s", one)


def bring_up(database: Database, settings: ServerStoreSettings, stop: StopRequest) -> None:
    """Applies migrations and, in a process that writes, the policy; waits for a server that is not there yet.

    Raises:
        MigrationError: The schema cannot be brought to this version.
        Stopped: The process should end.
    """
    pause_seconds = 0.25
    while True:
        try:
            migrations.apply(database, schema_options(settings))
            if isinstance(settings, RetentionSettings):
                policy.enforce(database, policy_of(settings))
        except StorageUnavailable as error:
            logger.warning("waiting for the store: %s", error)
        else:
            _tell_damage(database)
            return
        if stop.wait(pause_seconds):
            raise Stopped
        pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
