import logging
import os
from pathlib import Path

import pytest

from storage.bundle import bundle_id, request_hash
from storage.errors import StorageOverloaded, StorageUnavailable
from storage.log_file import LogFile

BUNDLE = bundle_id(1_795_366_200_123, 1)


def by_hash(*requests: bytes) -> dict[int, bytes]:
    return {request_hash(request): request for request in requests}


def test_what_is_appended_can_be_read_back(tmp_path: Path) -> None:
    file = LogFile.new(tmp_path / "log", BUNDLE)
    file.append(by_hash(b"one", b"two"))
    file.append(by_hash(b"three" * 10_000))
    [path] = (tmp_path / "log").iterdir()
    left = LogFile.left_in(path)
    assert left.hashes == file.hashes == [*by_hash(b"one", b"two", b"three" * 10_000)]
    assert [logged.request for logged in left.requests()] == [b"one", b"two", b"three" * 10_000]
    assert (left.bundle, left.since_second) == (BUNDLE, 1_795_366_200)
    assert left.quiet_seconds > 1e9 > file.quiet_seconds
    left.remove()
    left.remove()
    assert not path.exists()


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    LogFile.new(tmp_path / "log", BUNDLE).append(by_hash(b"one"))
    [path] = (tmp_path / "log").iterdir()
    assert path.stat().st_mode & 0o077 == 0


def test_a_request_whose_write_broke_off_is_cut_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = LogFile.new(tmp_path, BUNDLE)
    file.append(by_hash(b"one"))
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    file.append(by_hash(b"two"))
    os.truncate(path, path.stat().st_size - 1)
    with caplog.at_level(logging.WARNING):
        assert LogFile.left_in(path).hashes == [*by_hash(b"one")]
    assert path.read_bytes() == whole
    assert "cut off" in caplog.text


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LogFile.new(tmp_path, BUNDLE)
    file.append(by_hash(b"one"))
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()

    def half(opened: object, block: bytes) -> None:
        path.write_bytes(whole + block[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("storage.log_file._write", half)
        with pytest.raises(StorageOverloaded, match="No space left"):
            file.append(by_hash(b"two"))
    assert path.read_bytes() == whole
    file.append(by_hash(b"three"))
    assert LogFile.left_in(path).hashes == file.hashes == [*by_hash(b"one", b"three")]


def test_what_could_not_be_cut_off_at_once_is_cut_off_before_anything_is_read_or_written(
    tmp_path: Path,
) -> None:
    file = LogFile.new(tmp_path, BUNDLE)
    file.append(by_hash(b"one"))
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x50half of a request")
    with file.opened() as opened:
        assert opened.read() == whole
    path.write_bytes(whole + b"\x50half of a request")
    file.append(by_hash(b"two"))
    assert LogFile.left_in(path).hashes == [*by_hash(b"one", b"two")]


def test_a_file_in_the_place_of_the_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    with pytest.raises(StorageOverloaded, match="exists"):
        LogFile.new(tmp_path / "log", BUNDLE).append(by_hash(b"one"))


def test_a_file_that_is_gone_cannot_be_read_and_needs_no_sync(tmp_path: Path) -> None:
    file = LogFile.new(tmp_path, BUNDLE)
    file.append(by_hash(b"one"))
    file.sync()
    file.remove()
    file.sync()
    with pytest.raises(StorageUnavailable), file.opened():
        pass
    with pytest.raises(StorageUnavailable):
        list(file.requests())
