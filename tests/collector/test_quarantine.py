from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.quarantine import Quarantine


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def test_keeps_bytes_and_one_line_without_control_characters(tmp_path: Path) -> None:
    path = Quarantine(tmp_path / "new", 10_000, Clock()).keep(b"\x00poison", "line\nbreak \x1b[31m ü \u2028")
    assert path.read_bytes() == b"\x00poison"
    text = path.with_suffix(".json").read_bytes()
    assert text.count(b"\n") == 1 and text.endswith(b"\n")
    assert all(32 <= byte < 127 for byte in text[:-1])
    record = json.loads(text)
    assert record["error"] == "line\nbreak \x1b[31m ü \u2028"
    assert (record["size_bytes"], record["file"]) == (7, path.name)


def test_the_oldest_go_first(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path, 5000, Clock())
    paths = [quarantine.keep(bytes(1000) + bytes([number]), "error") for number in range(10)]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 5000
    kept = [path for path in paths if path.exists()]
    assert kept == paths[-len(kept) :] != []


def test_a_request_over_the_bound_leaves_its_line_only(tmp_path: Path) -> None:
    path = Quarantine(tmp_path, 1000, Clock()).keep(bytes(2000), "error")
    assert not path.exists()
    assert path.with_suffix(".json").exists()
