import dataclasses

import pytest

from storage import migrations, statements
from storage.client import Database
from storage.errors import MigrationError
from tests.engines import Engine

# Column names and types the OTel Collector's ClickHouse exporter inserts, in its order (field contract).
EXPORTER_COLUMNS = {
    "Timestamp": "DateTime64(9)",
    "TraceId": "String",
    "SpanId": "String",
    "ParentSpanId": "String",
    "TraceState": "String",
    "SpanName": "LowCardinality(String)",
    "SpanKind": "LowCardinality(String)",
    "ServiceName": "LowCardinality(String)",
    "ResourceAttributes": "Map(LowCardinality(String), String)",
    "ScopeName": "String",
    "ScopeVersion": "String",
    "SpanAttributes": "Map(LowCardinality(String), String)",
    "Duration": "UInt64",
    "StatusCode": "LowCardinality(String)",
    "StatusMessage": "String",
    "Events.Timestamp": "Array(DateTime64(9))",
    "Events.Name": "Array(LowCardinality(String))",
    "Events.Attributes": "Array(Map(LowCardinality(String), String))",
    "Links.TraceId": "Array(String)",
    "Links.SpanId": "Array(String)",
    "Links.TraceState": "Array(String)",
    "Links.Attributes": "Array(Map(LowCardinality(String), String))",
}


def test_applying_twice_changes_nothing(engine: Engine) -> None:
    with engine.empty_database() as database:
        planned = list(migrations.plan(database, migrations.SchemaOptions()))
        applied = migrations.apply(database, migrations.SchemaOptions())
        assert [migration.number for migration in applied] == sorted(
            migration.number for migration in statements.migrations()
        )
        assert planned
        assert migrations.apply(database, migrations.SchemaOptions()) == []
        assert list(migrations.plan(database, migrations.SchemaOptions())) == []


def test_an_edited_migration_is_refused(embedded_database: Database) -> None:
    embedded_database.execute("TRUNCATE TABLE schema_migrations")
    embedded_database.insert_rows(
        "schema_migrations", [(1, "spans", "another checksum")], ["Number", "Slug", "Checksum"]
    )
    with pytest.raises(MigrationError, match="0001_spans was applied with another text"):
        migrations.pending(embedded_database)


def test_a_newer_schema_is_refused(embedded_database: Database) -> None:
    embedded_database.insert_rows(
        "schema_migrations", [(9999, "future", "x")], ["Number", "Slug", "Checksum"]
    )
    with pytest.raises(MigrationError, match="newer than this program"):
        migrations.pending(embedded_database)


def test_the_exporters_columns_stand_first_by_name_and_type(database: Database) -> None:
    described = database.execute("SELECT groupArray((name, type)) FROM system.columns "
        "WHERE database = currentDatabase() AND table = 'otel_traces'")  # fmt: skip
    with database.connection() as client:
        columns = client.query("DESCRIBE TABLE otel_traces").result_rows
    assert described
    assert {name: kind for name, kind, *_ in columns[:22]} == EXPORTER_COLUMNS
    assert all(default in ("DEFAULT", "MATERIALIZED") for _, _, default, *_ in columns[22:])


def test_numbers_are_unique_and_holes_are_filled() -> None:
    numbers = [migration.number for migration in statements.migrations()]
    assert len(numbers) == len(set(numbers))
    holes = {
        "database": "db",
        "cluster": "c1",
        "local": "_local",
        "engine_prefix": "Replicated",
        "retention_days": "3",
    }
    for migration in statements.migrations():
        for statement in migration.statements(holes):
            assert not any("{" + hole + "}" in statement for hole in holes)


def test_cluster_statements_are_left_out_without_a_cluster() -> None:
    for migration in statements.migrations():
        plain = migrations.SchemaOptions()
        holes = {
            "database": "db",
            "cluster": "",
            "local": "",
            "engine_prefix": "",
            "retention_days": str(plain.retention_days),
        }
        assert not any("Distributed(" in text for text in migration.statements(holes))


def test_the_checksum_follows_the_text() -> None:
    migration = statements.migrations()[0]
    assert dataclasses.replace(migration, text=migration.text + " ").checksum != migration.checksum
