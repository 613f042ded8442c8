import pytest

from storage.client import Database
from storage.errors import StorageOverloaded
from storage.space import FreeSpace
from tests.storage.requests import requests
from tests.storing import SettledWriter


def test_ingest_stops_before_the_disk_is_full_and_reading_goes_on(database: Database) -> None:
    SettledWriter(database, FreeSpace(database, 1)).write(requests(1))
    more_than_any_disk = 2**62
    with pytest.raises(StorageOverloaded, match="disk is nearly full"):
        SettledWriter(database, FreeSpace(database, more_than_any_disk)).write(requests(1, first_seed=10))
    assert int(database.execute("SELECT count() FROM otel_traces")) == 3


def test_zero_turns_the_watch_off(database: Database) -> None:
    FreeSpace(database, 0).require()
