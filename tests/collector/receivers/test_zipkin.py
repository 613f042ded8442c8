from __future__ import annotations

import gzip
import json

import pytest

from storage.errors import StorageUnavailable
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

SPANS = json.dumps([{"traceId": "1" * 16, "id": "2" * 16, "name": "zipkin"}]).encode()


def test_spans_are_stored_and_answered_202(running: Running, store: RecordingStore) -> None:
    answer = running.send_zipkin(SPANS)
    assert (answer.status, answer.body) == (202, b"")
    assert running.send_zipkin(gzip.compress(SPANS), headers={"Content-Encoding": "gzip"}).status == 202
    assert store.span_names == ["zipkin", "zipkin"]
    assert running.metric("spanhouse_ingest_spans_accepted_total", transport="zipkin") == 2


def test_an_empty_list_is_fine(running: Running, store: RecordingStore) -> None:
    assert running.send_zipkin(b"[]").status == 202
    assert store.calls == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"body": b"nonsense"}, 400),
        ({"body": SPANS, "content_type": "application/x-protobuf"}, 415),
        ({"body": SPANS, "path": "/api/v1/spans"}, 404),
        ({"body": b"", "method": "GET"}, 405),
    ],
)
def test_failures_are_told_in_json(running: Running, options: dict[str, object], status: int) -> None:
    answer = running.send_zipkin(**options)  # type: ignore[arg-type] # a table of keyword arguments
    assert answer.status == status
    assert json.loads(answer.body)["message"]


def test_a_store_that_is_away_is_503(running: Running, store: RecordingStore) -> None:
    store.failure = StorageUnavailable("gone")
    answer = running.send_zipkin(SPANS)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
