"""Where `make test` has put what only tests need (`.ci/test_tools.py` fetches it)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TOOLS = REPOSITORY / ".cache" / "test-tools"


class ToolMissing(Exception):
    """A tool that tests need is not there; the message says how to get it."""


def clickhouse_library() -> Path:
    """The library whose command line is a ClickHouse server."""
    return _existing(TOOLS / "clickhouse" / "libchdb.so")


def axe_source() -> str:
    """The JavaScript of axe-core, to be added to a page under test."""
    return _existing(TOOLS / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def chromium() -> Path:
    """The browser that tests drive: Debian's, or the one named by SPANHOUSE_TEST_CHROMIUM."""
    found = os.environ.get("SPANHOUSE_TEST_CHROMIUM") or shutil.which("chromium")
    if not found:
        raise ToolMissing("no Chromium: run `make test-tools`")
    return Path(found)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise ToolMissing(f"{path.relative_to(REPOSITORY)} is missing: run `make test-tools`")
    return path
