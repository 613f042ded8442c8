from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from spanhouse.data_directory import DataDirectory, DirectoryInUse


@pytest.fixture(autouse=True)
def restored_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd())


def test_it_is_created_and_worked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with DataDirectory(Path("new/data")) as data:
        assert Path.cwd() == tmp_path / "new" / "data"
        assert data.engine_path == tmp_path / "new" / "data" / "clickhouse"


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from spanhouse.data_directory import *\n"
        "try: DataDirectory(Path(sys.argv[1])).__enter__()\n"
        "except DirectoryInUse as error: print(error)"
    )
    with DataDirectory(tmp_path):
        child = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
        )
    assert f"in use by another Spanhouse (process {os.getpid()})" in child.stdout
    assert "--data" in child.stdout


def test_it_can_be_taken_again_after_its_holder_was_killed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from spanhouse.data_directory import *\n"
        "DataDirectory(Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode < 0
    with DataDirectory(tmp_path):
        assert (tmp_path / "spanhouse.lock").read_text() == f"{os.getpid()}\n"


def test_a_file_where_a_directory_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "blocks").write_text("")
    with pytest.raises(DirectoryInUse, match=r"cannot make the directory .*blocks: File exists"):
        DataDirectory(tmp_path).__enter__()
    (tmp_path / "blocks").unlink()
    with DataDirectory(tmp_path):
        pass


def test_temporary_files_are_kept_inside_and_those_of_a_killed_process_removed(tmp_path: Path) -> None:
    left = tmp_path / "blocks" / "left.raw"
    left.parent.mkdir()
    left.write_text("")
    with DataDirectory(tmp_path), tempfile.NamedTemporaryFile() as made:
        assert Path(made.name).parent == left.parent
        assert not left.exists()
    assert tempfile.gettempdir() != str(left.parent)


def test_a_place_that_cannot_be_a_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DirectoryInUse, match="cannot use the data directory"),
        DataDirectory(tmp_path / "file"),
    ):
        pass
