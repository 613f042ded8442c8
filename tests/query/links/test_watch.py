"""The watch runs for real: a question after a while finds a look that somebody else has made."""

from __future__ import annotations

import time
from pathlib import Path

from query.links.reader import LinkReader
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.watch import LinkWatch
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from tests.query.links.otlp import request, writer
from tests.query.links.test_source import ALL, calls


def test_what_arrives_is_seen_without_a_question_looking_itself(
    embedded_database: Database, tmp_path: Path
) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    # Questions take any look of the last hour; only the watch renews it sooner.
    settings = LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=3600.0)
    source = LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), settings)
    reader = LinkReader(source, settings)
    watch = LinkWatch(source, renewed_at=0.0)
    assert [link.calls for link in reader.list(ALL).links] == [10]
    sender.write([request(calls(10, 5))])
    watch.start()
    watch.start()
    try:
        until = time.monotonic() + 30
        while [link.calls for link in reader.list(ALL).links] != [15]:
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        watch.stop()
