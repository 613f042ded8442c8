"""Stores and collectors that go away under load: what was acknowledged is there, once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import grpc
import pytest

from storage.client import Database
from storage.endpoint import parse_server_url
from tests.clickhouse_server import ClickHouseServer, free_ports
from tests.conftest import CLUSTER_NAME
from tests.e2e.persistent import PersistentSenders
from tests.e2e.process import ANY_FREE_PORTS, SpanhouseProcess, eventually, started

pytestmark = pytest.mark.server

# Sixty by hand: SPANHOUSE_TEST_OUTAGE_SECONDS=60 make test ARGS=tests/e2e/test_troubles.py
OUTAGE_SECONDS = float(os.environ.get("SPANHOUSE_TEST_OUTAGE_SECONDS", "4"))
COLLECTOR_MEMORY_MIB = 300


def memory_mib(process: SpanhouseProcess) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def number(database: Database, what: str, table: str = "otel_traces") -> int:
    return int(database.execute(f"SELECT {what} FROM {table}"))  # noqa: S608 - constants of this file


def test_a_store_that_goes_away_costs_time_and_no_span(own_server: ClickHouseServer, tmp_path: Path) -> None:
    arguments = ["collector", "--clickhouse", own_server.url, *ANY_FREE_PORTS]
    with started(arguments, tmp_path) as collector:
        with PersistentSenders([collector.ready["otlp-grpc"]]) as senders:
            eventually(lambda: senders.acknowledged > 20)
            own_server.stop()
            time.sleep(OUTAGE_SECONDS)
            own_server.start()
            before = senders.acknowledged
            eventually(lambda: senders.acknowledged > before + 20, seconds=60)
        assert memory_mib(collector) < COLLECTOR_MEMORY_MIB
        assert collector.stop() == 0
    # Every answer was a retryable one that said when to come back.
    assert senders.refusals.keys() == {(grpc.StatusCode.UNAVAILABLE, True)}
    database = Database(parse_server_url(own_server.url))
    assert number(database, "count()") == number(database, "uniqExact(TraceId, SpanId)") == senders.spans
    assert number(database, "count()", "link_spans") == senders.spans
    database.close()


def test_a_collector_of_a_cluster_can_be_killed(
    cluster: list[ClickHouseServer], shards: list[Database], tmp_path: Path
) -> None:
    ports, homes = free_ports(2), [tmp_path / "one", tmp_path / "other"]
    for home in homes:
        home.mkdir()

    def collector(index: int) -> list[str]:
        # One at each node; the same port again after a restart.
        store = ["--clickhouse", f"{cluster[index].url}/{shards[0].name}", "--cluster", CLUSTER_NAME]
        listen = ["--otlp-grpc-port", str(ports[index]), "--otlp-http-port", "0", "--zipkin-port", "0"]
        return ["collector", *store, *listen]

    with (
        started(collector(0), homes[0]) as one,
        started(collector(1), homes[1]) as other,
        PersistentSenders([f"127.0.0.1:{port}" for port in ports]) as senders,
    ):
        eventually(lambda: senders.acknowledged > 20)
        one.kill()
        with started(collector(0), homes[0]) as again:
            before = senders.acknowledged
            eventually(lambda: senders.acknowledged > before + 20)
            senders.finish()
            assert [again.stop(), other.stop()] == [0, 0]
    for database in shards:
        assert number(database, "count()") == number(database, "uniqExact(TraceId, SpanId)") == senders.spans
        assert number(database, "count()", "otlp_log") == 0
        assert (
            number(
                database,
                "max(shards)",
                "(SELECT uniq(_shard_num) AS shards FROM otel_traces GROUP BY TraceId)",
            )
            == 1
        )
    held = [number(database, "count()", "otel_traces_local") for database in shards]
    assert min(held) > senders.spans / 4
