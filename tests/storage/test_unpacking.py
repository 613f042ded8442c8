import time
from collections.abc import Callable

import pytest

from storage import migrations
from storage.bundle import bundle_id, owner_of
from storage.bundles import Bundles
from storage.client import Database
from storage.endpoint import parse_server_url
from storage.errors import StorageError, StorageUnavailable
from storage.file_log import FileLog
from storage.request_log import RequestLog
from storage.table_log import TableLog
from storage.unpacker import Unpacker
from storage.unpacking import Unpacking
from storage.writer import SpanWriter
from tests.clickhouse_server import ClickHouseServer
from tests.storage.requests import requests
from tests.storage.test_unpacker import FIRST, SECOND, count, write

OWNER = owner_of("tests")


class Watched:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.bundles = 0
        self.failures: list[StorageError] = []

    def unpacked(self, seconds: float) -> None:
        """One more."""
        self.bundles += 1

    def unpacking_failed(self, error: StorageError) -> None:
        """One more."""
        self.failures.append(error)


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.02)


def test_what_is_written_can_soon_be_read_and_nothing_is_left_after_a_stop(
    database: Database, log: RequestLog
) -> None:
    bundles, watched = Bundles(OWNER, 10**7), Watched()
    unpacking = Unpacking(
        Unpacker(database, log), bundles, owner=OWNER, alone=True, pause_seconds=0.1, watcher=watched
    )
    unpacking.start()
    writer = SpanWriter(log, bundles)
    sent = requests(6)
    writer.write(sent[:2])
    eventually(lambda: count(database) == 6)
    for request in sent[2:]:
        writer.write([request])
    assert unpacking.stop(30)
    assert count(database) == 18
    assert log.bundles() == []
    assert watched.bundles >= 2
    assert watched.failures == []


def test_a_request_sent_again_before_it_is_unpacked_is_stored_once(database: Database) -> None:
    log, bundles, others = TableLog(database), Bundles(OWNER, 10**7), Bundles(OWNER + 1, 10**7)
    writers = [SpanWriter(log, place) for place in (bundles, others)]
    for writer in writers:
        writer.write(requests(2))
    assert count(database, "otlp_log") == 2
    taken = bundles.take(0)
    assert taken is not None
    Unpacker(database, log).unpack(taken.number)
    writers[1].write(requests(3))
    assert count(database, "otlp_log") == 1


@pytest.mark.parametrize(("alone", "left"), [(True, []), (False, [SECOND])])
def test_a_start_finishes_what_the_last_life_acknowledged(
    database: Database, log: RequestLog, alone: bool, left: list[int]
) -> None:
    write(log, requests(2), FIRST)
    write(log, requests(1, first_seed=100), SECOND)
    unpacker = Unpacker(database, log)
    unpacking = Unpacking(unpacker, Bundles(1, 1), owner=1, alone=alone, pause_seconds=1)
    unpacking.look_back()
    assert not unpacking.caught_up(0)
    unpacking.start()
    assert unpacking.caught_up(30)
    assert unpacker.logged_bundles() == left
    assert unpacking.stop(30)
    assert count(database) == (9 if alone else 6)


def test_what_is_sent_again_while_the_last_life_is_unpacked_is_stored_once(
    database: Database, log: RequestLog
) -> None:
    # The clock was set back meanwhile.
    left = bundle_id(int((time.time() + 3_600) * 1e3), OWNER)
    write(log, requests(3), left)
    bundles = Bundles(OWNER, 10**7)
    unpacking = Unpacking(
        Unpacker(database, log), bundles, owner=OWNER, alone=True, threads=2, pause_seconds=0
    )
    unpacking.look_back()
    SpanWriter(log, bundles).write(requests(4))
    unpacking.start()
    assert unpacking.stop(30)
    assert count(database) == count(database, "link_spans") == 12
    assert all(bundle > left for bundle in Unpacker(database, log).logged_bundles())


def test_bundles_of_collectors_that_are_gone_are_taken_up(database: Database) -> None:
    log = TableLog(database)
    write(log, requests(2), SECOND)
    unpacking = Unpacking(Unpacker(database, log), Bundles(1, 1), owner=1, alone=False, pause_seconds=1)
    unpacking._look_round()
    assert count(database) == 0
    write(log, requests(2), FIRST)
    # As if the last write into it was long ago.
    database.execute("ALTER TABLE otlp_log DROP PARTITION {bundle:UInt64}", {"bundle": SECOND})
    database.execute(
        "INSERT INTO otlp_log (resource_spans, bundle, request_hash, logged_at) "
        "SELECT resource_spans, {bundle:UInt64}, request_hash, now() - 61 FROM otlp_log",
        {"bundle": SECOND},
    )
    database.execute("ALTER TABLE otlp_log DROP PARTITION {bundle:UInt64}", {"bundle": FIRST})
    unpacking._look_round()
    assert count(database) == 6
    assert log.bundles() == []


@pytest.mark.server
def test_while_the_store_is_away_nothing_is_lost_or_doubled(
    own_server: ClickHouseServer,
) -> None:
    database = Database(parse_server_url(own_server.url))
    migrations.apply(database, migrations.SchemaOptions())
    log, bundles, watched = TableLog(database), Bundles(OWNER, 10**7), Watched()
    unpacking = Unpacking(
        Unpacker(database, log), bundles, owner=OWNER, alone=False, pause_seconds=0, watcher=watched
    )
    writer = SpanWriter(log, bundles)
    sent = requests(3)
    writer.write(sent[:2])
    own_server.stop()
    unpacking.start()
    eventually(lambda: bool(watched.failures))
    with pytest.raises(StorageUnavailable):
        writer.write(sent[2:])
    own_server.start()
    eventually(lambda: watched.bundles > 0)
    writer.write(sent)
    assert unpacking.stop(30)
    assert count(database) == 9
    database.close()


def test_a_request_sent_again_and_again_is_stored_once(embedded_database: Database, files: FileLog) -> None:
    database, log, bundles = embedded_database, files, Bundles(OWNER, 10**7)
    writer, unpacker = SpanWriter(log, bundles), Unpacker(database, log)
    for _ in range(3):
        writer.write(requests(2))
        writer.write(requests(1))
        taken = bundles.take(0)
        assert taken is not None
        unpacker.unpack(taken.number)
    assert count(database) == 6


def with_constraint(database: Database) -> None:
    database.execute("ALTER TABLE otel_traces ADD CONSTRAINT no_200 CHECK SpanName != 'operation-200'")


def test_a_bundle_that_cannot_be_unpacked_does_not_hold_up_the_next(
    embedded_database: Database, files: FileLog
) -> None:
    database, log, bundles, watched = embedded_database, files, Bundles(OWNER, 10**7), Watched()
    with_constraint(database)
    unpacking = Unpacking(
        Unpacker(database, log), bundles, owner=OWNER, alone=True, pause_seconds=0, watcher=watched
    )
    writer = SpanWriter(log, bundles)
    writer.write(requests(1, first_seed=200))
    unpacking.start()
    eventually(lambda: bool(watched.failures))
    writer.write(requests(2))
    eventually(lambda: count(database) == 6)
    assert unpacking.stop(30)
    assert len(log.bundles()) == 1


def test_a_start_is_not_prevented_by_what_cannot_be_unpacked(
    embedded_database: Database, files: FileLog
) -> None:
    database, log, watched = embedded_database, files, Watched()
    with_constraint(database)
    write(log, requests(1, first_seed=200), FIRST)
    write(log, requests(2), SECOND)
    unpacking = Unpacking(
        Unpacker(database, log), Bundles(1, 1), owner=1, alone=True, pause_seconds=1, watcher=watched
    )
    unpacking.look_back()
    unpacking.start()
    assert unpacking.stop(30)
    assert count(database) == 6
    assert len(watched.failures) == 1
    assert Unpacker(database, log).logged_bundles() == [FIRST]


def test_what_an_earlier_version_left_in_a_table_is_unpacked_first(
    embedded_database: Database, files: FileLog
) -> None:
    database, table = embedded_database, TableLog(embedded_database)
    write(table, requests(2), SECOND)
    bundles = Bundles(1, 10**7, wall_clock=lambda: 0.5)
    unpacking = Unpacking(
        Unpacker(database, files),
        bundles,
        owner=1,
        alone=True,
        pause_seconds=0,
        before=Unpacker(database, table),
    )
    unpacking.look_back()
    SpanWriter(files, bundles).write(requests(3))
    assert all(bundle > SECOND for bundle in files.bundles())
    unpacking.start()
    assert unpacking.stop(30)
    assert count(database) == count(database, "link_spans") == 9
    assert table.bundles() == files.bundles() == []


def test_a_defect_that_one_bundle_shows_does_not_end_unpacking(
    embedded_database: Database, files: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles, watched, unpacker = Bundles(OWNER, 10**7), Watched(), Unpacker(embedded_database, files)
    unpacking = Unpacking(unpacker, bundles, owner=OWNER, alone=True, pause_seconds=0, watcher=watched)
    writer = SpanWriter(files, bundles)

    def defect(*_: object, **__: object) -> bool:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(unpacker, "unpack", defect)
        writer.write(requests(1))
        unpacking.start()
        eventually(lambda: bool(watched.failures))
    writer.write(requests(3))
    eventually(lambda: count(embedded_database) == 6)
    assert unpacking.stop(30)
    assert len(files.bundles()) == 1
