import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from storage.bundle import bundle_id, request_hash
from storage.client import Database
from storage.errors import StorageOverloaded, StorageUnavailable, UndecodableBlock
from storage.file_log import FileLog
from storage.unpacker import Unpacker
from tests.collector.corpus import legal_oddities
from tests.storage.requests import requests
from tests.storage.test_unpacker import FIRST, SECOND, count, write
from tests.storing import file_log


def test_a_request_is_in_one_bundle_at_most(files: FileLog) -> None:
    one, two = requests(2)
    write(files, [one, one], FIRST)
    write(files, [one], SECOND)
    assert files.bundles() == [FIRST]
    write(files, [one, two], SECOND)
    assert files.first_bundles(FIRST) == {request_hash(one): FIRST}
    assert files.first_bundles(SECOND) == {request_hash(two): SECOND}
    files.drop(FIRST)
    write(files, [one], SECOND)
    assert files.first_bundles(SECOND).keys() == {request_hash(one), request_hash(two)}


def test_what_is_logged_outlives_the_process(embedded_database: Database, tmp_path: Path) -> None:
    write(file_log(embedded_database, tmp_path), requests(3), FIRST)
    (tmp_path / f"{SECOND:020d}.otlp").touch()
    (tmp_path / "1 of them.otlp").touch()
    again = file_log(embedded_database, tmp_path)
    assert again.bundles(quiet_seconds=60) == again.bundles() == [FIRST]
    write(again, requests(4), SECOND)
    assert again.first_bundles(SECOND).keys() == {request_hash(requests(4)[3])}
    for bundle in again.bundles():
        assert Unpacker(embedded_database, again).unpack(bundle)
    assert count(embedded_database) == 12
    assert [path.name for path in tmp_path.iterdir()] == ["1 of them.otlp"]


def test_it_tells_since_when_requests_wait(files: FileLog) -> None:
    assert files.since_second is None
    before = int(time.time())
    now = bundle_id(before * 1000, 1)
    write(files, requests(1), now)
    assert before <= (files.since_second or 0) <= time.time()
    write(files, requests(2), now + 1)
    files.drop(now)
    assert files.since_second is not None
    files.drop(now + 1)
    files.drop(now + 1)
    assert files.since_second is None


def test_synced_means_that_each_holder_of_a_request_is_on_the_disk(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = file_log(embedded_database, tmp_path, synced=True)
    synced: list[str] = []

    def fsync(descriptor: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append("directory" if is_directory else Path(f"/dev/fd/{descriptor}").resolve().stem)

    monkeypatch.setattr(os, "fsync", fsync)
    one, two = requests(2)
    write(log, [one], FIRST)
    assert synced == [f"{FIRST:020d}", "directory"]
    synced.clear()
    write(log, [one, two], SECOND)
    assert {name for name in synced if name != "directory"} == {f"{FIRST:020d}", f"{SECOND:020d}"}

    def failing(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageUnavailable, match="Input/output"):
        write(log, requests(3), SECOND)


def test_a_directory_of_any_name_will_do(embedded_database: Database, tmp_path: Path) -> None:
    """ClickHouse takes such characters in a path for a pattern, and finds nothing without an error."""
    log = file_log(embedded_database, tmp_path / "a{b,c}*[d]?'\"")
    write(log, requests(2), FIRST)
    assert Unpacker(embedded_database, log).unpack(FIRST)
    assert count(embedded_database) == 6


def test_what_the_engine_minds_is_rewritten_with_its_neighbours_in_one_bundle(
    embedded_database: Database, files: FileLog
) -> None:
    odd = legal_oddities()
    write(files, [*requests(2), odd["bool of 2"], odd["oneof with two members"]], FIRST)
    assert Unpacker(embedded_database, files).unpack(FIRST)
    assert count(embedded_database) == 8
    assert count(embedded_database, "requests_seen") == 4
    write(files, [odd["bool of 2"]], SECOND)
    assert Unpacker(embedded_database, files).unpack(SECOND)
    assert count(embedded_database) == 8


def test_what_nobody_can_decode_is_kept_as_a_file_and_its_neighbours_are_stored(
    embedded_database: Database, tmp_path: Path
) -> None:
    """Not by way of a listener: upb refuses such bytes."""
    log, garbage = file_log(embedded_database, tmp_path), b"\x0a\xff\xff"
    write(log, [*requests(3), garbage], FIRST)
    assert Unpacker(embedded_database, log).unpack(FIRST)
    assert count(embedded_database) == count(embedded_database, "link_spans") == 9
    kept = tmp_path / "undecodable" / f"{request_hash(garbage):032x}.otlp"
    assert kept.read_bytes() == garbage
    assert "Exception" in kept.with_suffix(".txt").read_text(encoding="ascii")
    assert log.bundles() == []


def test_a_bundle_that_is_gone_is_not_an_empty_one(files: FileLog) -> None:
    with pytest.raises(StorageUnavailable):
        files.unpack(FIRST, [1], "token")
    assert files.first_bundles(FIRST) == {}


def test_a_full_disk_is_a_matter_of_waiting(
    embedded_database: Database, files: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that unpacks ends with any other error."""
    write(files, [legal_oddities()["bool of 2"]], FIRST)

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "NamedTemporaryFile", full)
        with pytest.raises(StorageOverloaded, match="No space left"):
            Unpacker(embedded_database, files).unpack(FIRST)
    assert Unpacker(embedded_database, files).unpack(FIRST)
    assert count(embedded_database) == 1


def test_alone_undecodable_is_said(embedded_database: Database, files: FileLog) -> None:
    write(files, [b"\x0a\xff\xff"], FIRST)
    with pytest.raises(UndecodableBlock):
        Unpacker(embedded_database, files).unpack(FIRST)
    assert files.bundles() == [FIRST]
