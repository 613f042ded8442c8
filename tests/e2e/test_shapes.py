"""Collector and query as processes of their own, against a real ClickHouse server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.client import Database
from storage.endpoint import parse_server_url
from tests.clickhouse_server import ClickHouseServer
from tests.e2e.process import ANY_FREE_PORTS, eventually, started
from tests.e2e.senders import grpc_exporter, http_exporter, send_call

pytestmark = pytest.mark.server


@pytest.fixture
def store_url(clickhouse_url: str) -> Iterator[str]:
    url = f"{clickhouse_url}/shapes_{os.getpid()}"
    yield url
    database = Database(parse_server_url(url))
    database.execute(f"DROP DATABASE IF EXISTS `{database.name}`")
    database.close()


def test_two_collectors_and_a_query_process_over_one_server(store_url: str, tmp_path: Path) -> None:
    collector = ["collector", "--clickhouse", store_url, *ANY_FREE_PORTS]
    with (
        started(collector, tmp_path) as one,
        started(collector, tmp_path) as other,
        started(["query", "--clickhouse", store_url, "--port", "0"], tmp_path) as query,
    ):
        assert one.ready.keys() == {"otlp-grpc", "otlp-http"}
        assert query.ready.keys() == {"ui"}
        trace_id = send_call(grpc_exporter(one.ready["otlp-grpc"]), http_exporter(other.ready["otlp-http"]))
        assert query.trace(trace_id, 3)["span_count"] == 3
        with urllib.request.urlopen(f"http://{one.ready['otlp-http']}/readyz", timeout=30) as answer:
            assert json.load(answer) == {"status": "ok"}
        assert [process.stop() for process in (query, one, other)] == [0, 0, 0]


def test_a_collector_waits_for_its_server(own_server: ClickHouseServer, tmp_path: Path) -> None:
    own_server.stop()
    arguments = ["collector", "--clickhouse", own_server.url, *ANY_FREE_PORTS]
    process = subprocess.Popen(
        [sys.executable, "-m", "spanhouse", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        assert "waiting for the store" in process.stderr.readline()
        own_server.start()
        assert process.stdout.readline().startswith("ready otlp-grpc=")
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_readiness_follows_the_server(own_server: ClickHouseServer, tmp_path: Path) -> None:
    arguments = ["query", "--clickhouse", own_server.url, "--port", "0"]
    with started(arguments, tmp_path) as query:
        assert query.get("/readyz") == {"status": "ok"}
        own_server.stop()
        with pytest.raises(urllib.error.HTTPError) as refused:
            query.get("/readyz")
        with refused.value:
            assert refused.value.code == 503
            assert refused.value.headers["retry-after"]
        own_server.start()
        assert eventually(lambda: query.get("/readyz")) == {"status": "ok"}


def test_dry_run_prints_what_migrate_would_run(store_url: str, tmp_path: Path) -> None:
    def migrate(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "spanhouse", "migrate", "--clickhouse", store_url, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    planned = migrate("--dry-run")
    assert "otel_traces" in planned and "CREATE TABLE" in planned
    assert migrate("--dry-run") == planned
    assert "applied 0001_spans" in migrate()
    assert migrate("--dry-run") == ""
    assert migrate() == "the schema is up to date\n"
