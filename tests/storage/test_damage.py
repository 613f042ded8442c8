from pathlib import Path

from storage import damage
from storage.client import Database
from tests.storage.requests import requests
from tests.storing import SettledWriter

_DETACHED = (
    "SELECT path FROM system.detached_parts WHERE database = currentDatabase() AND table = 'otel_traces'"
)


def test_a_store_without_damage_says_nothing(database: Database) -> None:
    SettledWriter(database).write(requests(1))
    assert damage.found(database) == []


def test_parts_that_the_engine_put_aside_are_told(embedded_database: Database) -> None:
    SettledWriter(embedded_database).write(requests(1))
    partition = embedded_database.execute("SELECT DISTINCT _partition_id FROM otel_traces")
    embedded_database.execute(
        "ALTER TABLE otel_traces DETACH PARTITION ID {id:String}", {"id": str(partition)}
    )
    # Put aside by a person: that is no damage.
    assert damage.found(embedded_database) == []
    part = Path(str(embedded_database.execute(_DETACHED)))
    # What the engine calls a part whose files it cannot read when it starts.
    part.rename(part.with_name(f"broken-on-start_{part.name}"))
    [found] = damage.found(embedded_database)
    assert (found.table, found.parts) == ("otel_traces", 1)
    assert str(found).startswith("1 damaged part of otel_traces (")
