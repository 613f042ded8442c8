from __future__ import annotations

from pathlib import Path

import pytest

from spanhouse.lifecycle import StopRequest
from spanhouse.options import read_settings
from spanhouse.settings import ServeSettings
from spanhouse.store import bring_up
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.errors import EngineBroken
from tests.storage.requests import requests
from tests.storing import SettledWriter

SETTINGS = read_settings(ServeSettings, {})
_DETACH = "ALTER TABLE otel_traces DETACH PARTITION ID {id:String}"
_DETACHED = (
    "SELECT path FROM system.detached_parts WHERE database = currentDatabase() AND table = 'otel_traces'"
)


def test_rows_that_the_engine_could_not_read_are_an_error_in_the_log(
    embedded_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    SettledWriter(embedded_database).write(requests(1))
    bring_up(embedded_database, SETTINGS, StopRequest())
    assert caplog.text == ""
    partition = str(embedded_database.execute("SELECT DISTINCT _partition_id FROM otel_traces"))
    embedded_database.execute(_DETACH, {"id": partition})
    part = Path(str(embedded_database.execute(_DETACHED)))
    part.rename(part.with_name(f"broken-on-start_{part.name}"))
    bring_up(embedded_database, SETTINGS, StopRequest())
    assert "1 damaged part of otel_traces" in caplog.text


def test_files_that_the_engine_cannot_open_are_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "clickhouse").write_text("")
    database = Database(EmbeddedEndpoint(tmp_path / "clickhouse"))
    with pytest.raises(EngineBroken, match=r"cannot open its files in .*clickhouse"):
        bring_up(database, SETTINGS, StopRequest())
