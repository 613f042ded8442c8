"""The test infrastructure itself: if these fail, no other failure means much."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Page

from storage.client import Database
from tests.clickhouse_server import ClickHouseServer
from tests.conftest import CLUSTER_NAME
from tests.engines import Engine


def ask(server: ClickHouseServer, sql: str) -> str:
    with urllib.request.urlopen(f"{server.url}/", data=sql.encode(), timeout=30) as answer:
        return str(answer.read().decode()).strip()


def test_each_engine_gives_databases_that_do_not_see_each_other(engine: Engine) -> None:
    with engine.empty_database() as one, engine.empty_database() as other:
        one.execute("CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n")
        one.execute("INSERT INTO t VALUES (7)")
        other.execute("CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n")
        assert int(one.execute("SELECT count() FROM t")) == 1
        assert int(other.execute("SELECT count() FROM t")) == 0


def test_database_is_migrated_and_empty(database: Database) -> None:
    assert int(database.execute("SELECT count() FROM otel_traces")) == 0


@pytest.mark.server
def test_a_server_keeps_what_it_acknowledged_over_a_crash(own_server: ClickHouseServer) -> None:
    ask(own_server, "CREATE DATABASE kept ENGINE = Atomic")
    ask(own_server, "CREATE TABLE kept.t (n UInt8) ENGINE = MergeTree ORDER BY n")
    ask(own_server, "INSERT INTO kept.t VALUES (7)")
    url = own_server.url
    own_server.stop()
    own_server.start()
    assert own_server.url == url
    assert ask(own_server, "SELECT n FROM kept.t") == "7"


@pytest.mark.server
def test_a_distributed_table_spreads_over_the_cluster(cluster: list[ClickHouseServer]) -> None:
    for server in cluster:
        ask(server, "CREATE DATABASE IF NOT EXISTS spread ENGINE = Atomic")
        ask(server, "CREATE TABLE spread.t (n UInt64) ENGINE = MergeTree ORDER BY n")
        ask(
            server,
            f"CREATE TABLE spread.every AS spread.t ENGINE = Distributed({CLUSTER_NAME}, spread, t, n)",
        )
    ask(
        cluster[0],
        "INSERT INTO spread.every SELECT number FROM numbers(10) SETTINGS distributed_foreground_insert = 1",
    )
    assert [ask(server, "SELECT count() FROM spread.t") for server in cluster] == ["5", "5"]
    assert [ask(server, "SELECT count() FROM spread.every") for server in cluster] == ["10", "10"]


@pytest.mark.browser
def test_the_browser_runs_scripts_and_axe(page: Page, axe_source: str) -> None:
    page.set_content("<html lang=en><title>t</title><main><h1>one</h1><img src='data:,'></main></html>")
    page.add_script_tag(content=axe_source)
    found = json.loads(page.evaluate("axe.run().then(r => JSON.stringify(r.violations.map(v => v.id)))"))
    assert "image-alt" in found


@pytest.mark.browser
def test_the_browser_reports_errors_and_external_requests(page: Page, page_problems: list[str]) -> None:
    page.set_content(
        "<title>t</title><img src='http://192.0.2.1/x.png'><script>console.error('ouch')</script>"
    )
    page.wait_for_load_state("load")
    assert any("external request: http://192.0.2.1/x.png" in problem for problem in page_problems)
    assert "console: ouch" in page_problems
    page_problems.clear()
