import re

from storage.client import Database
from storage.policy import Policy, enforce
from tests.storage.requests import requests
from tests.storing import SettledWriter


def definition(database: Database, table: str = "otel_traces") -> str:
    return str(dict(database.rows("table_definitions"))[table])


def test_a_fresh_schema_complies(database: Database) -> None:
    assert enforce(database, Policy()) == []
    assert enforce(database, Policy(fsync=False)) == []


def test_retention_changes_without_a_migration(database: Database) -> None:
    SettledWriter(database).write(requests(2))
    changed = enforce(database, Policy(retention_days=3))
    assert {"otel_traces", "otel_traces_trace_id_ts"} <= set(changed)
    assert "requests_seen" not in changed
    assert re.search(r"TTL ReceivedAt \+ toIntervalDay\((_CAST\()?3\b", definition(database))
    assert "toIntervalMinute(20)" in definition(database, "requests_seen")
    assert enforce(database, Policy(retention_days=3)) == []
    assert int(database.execute("SELECT count() FROM otel_traces")) == 6


def test_fsync_is_turned_on_and_off(database: Database) -> None:
    assert "otel_traces" in enforce(database, Policy(fsync=True))
    assert "fsync_after_insert = 1" in definition(database)
    SettledWriter(database).write(requests(2))
    assert enforce(database, Policy(fsync=None)) == []
    assert "otel_traces" in enforce(database, Policy(fsync=False))
    assert enforce(database, Policy(fsync=False)) == []
