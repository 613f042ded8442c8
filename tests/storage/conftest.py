"""The log of requests that goes with each kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.client import Database
from storage.file_log import FileLog
from storage.request_log import RequestLog
from tests.storing import file_log, log_of


@pytest.fixture
def log(database: Database, tmp_path: Path) -> RequestLog:
    """The log beside `database`."""
    return log_of(database, tmp_path)


@pytest.fixture
def files(embedded_database: Database, tmp_path: Path) -> FileLog:
    """The log beside `embedded_database`."""
    return file_log(embedded_database, tmp_path)
