"""Several collector processes on one port, against a real server."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.client import Database
from storage.endpoint import parse_server_url
from tests.e2e.process import ANY_FREE_PORTS, SpanhouseProcess, eventually, loaded_packages, started
from tests.e2e.senders import grpc_exporter, http_exporter, send_call

pytestmark = pytest.mark.server


@pytest.fixture
def store(clickhouse_url: str) -> Iterator[Database]:
    database = Database(parse_server_url(f"{clickhouse_url}/workers_{os.getpid()}"))
    yield database
    database.execute(f"DROP DATABASE IF EXISTS `{database.name}`")
    database.close()


@pytest.fixture
def collector(store: Database, clickhouse_url: str, tmp_path: Path) -> Iterator[SpanhouseProcess]:
    url = f"{clickhouse_url}/{store.name}"
    with started(["collector", "--workers", "2", "--clickhouse", url, *ANY_FREE_PORTS], tmp_path) as process:
        yield process


def workers_of(process: SpanhouseProcess) -> list[int]:
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(pid) for thread in children for pid in thread.read_text().split()]


def metric(process: SpanhouseProcess, name: str) -> float:
    with urllib.request.urlopen(f"http://{process.ready['otlp-http']}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_workers_share_ports_metrics_and_store(collector: SpanhouseProcess, store: Database) -> None:
    assert len(workers_of(collector)) == 2
    for _ in range(6):
        send_call(grpc_exporter(collector.ready["otlp-grpc"]), http_exporter(collector.ready["otlp-http"]))
    eventually(lambda: int(store.execute("SELECT count() FROM otel_traces")) == 18)
    assert metric(collector, "spanhouse_ingest_spans_accepted_total") == 18
    for pid in (collector.pid, *workers_of(collector)):
        assert loaded_packages(pid, ("pandas", "pyarrow", "numpy", "orjson", "_polars_runtime_32")) == {
            "orjson"
        }
    assert collector.stop() == 0


def test_a_dead_worker_is_replaced(collector: SpanhouseProcess, store: Database) -> None:
    first, second = workers_of(collector)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(set(workers_of(collector)) - {first}) == 2)
    assert second in workers_of(collector)


def test_workers_end_with_their_starter(collector: SpanhouseProcess) -> None:
    left = workers_of(collector)
    collector.kill()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))
