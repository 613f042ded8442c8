"""Fixtures for every test: databases on real engines, a cluster, a browser.

Everything costly starts once per worker and only when a test asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route, sync_playwright

from storage import migrations
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, parse_server_url
from tests import tools
from tests.clickhouse_server import ClickHouseServer, start_cluster, start_server
from tests.engines import Engine

# Machines are shared and noisy: how long one example takes says nothing about the code.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

CLUSTER_NAME = "spanhouse"
_LOCAL_HOSTS = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:", "about:")
# Debian's Chromium in a container, asking nobody anything.
_CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """ClickHouse inside this process. One open connection keeps it from stopping between tests."""
    endpoint = EmbeddedEndpoint(tmp_path_factory.mktemp("embedded"))
    anchor = Database(endpoint, max_connections=1)
    anchor.create()
    yield Engine("embedded", endpoint)
    anchor.close()


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real server: SPANHOUSE_TEST_CLICKHOUSE_URL, or one started here."""
    if url := os.environ.get("SPANHOUSE_TEST_CLICKHOUSE_URL"):
        yield url
        return
    server = start_server(tools.clickhouse_library(), tmp_path_factory.mktemp("server"))
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def server_engine(clickhouse_url: str) -> Engine:
    """A real ClickHouse server over HTTP."""
    return Engine("server", parse_server_url(clickhouse_url))


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.server)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each kind of engine in turn: what a test says must hold on both."""
    found = request.getfixturevalue(f"{request.param}_engine")
    assert isinstance(found, Engine)
    return found


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """An empty store with this version's schema, on each kind of engine in turn."""
    with engine.migrated_database() as fresh:
        yield fresh


@pytest.fixture
def embedded_database(embedded_engine: Engine) -> Iterator[Database]:
    """An empty store with this version's schema in the embedded engine only."""
    with embedded_engine.migrated_database() as fresh:
        yield fresh


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ClickHouseServer]:
    """A server of the test's own, to stop and start at will."""
    server = start_server(tools.clickhouse_library(), tmp_path / "server")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ClickHouseServer]]:
    """Two servers that are the two shards of the cluster `spanhouse`."""
    home = tmp_path_factory.mktemp("cluster")
    servers = start_cluster(tools.clickhouse_library(), home, shards=2, name=CLUSTER_NAME)
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def shards(cluster: list[ClickHouseServer]) -> Iterator[list[Database]]:
    """An empty store with this version's schema, seen from each of the two shards."""
    name = f"sharded_{os.getpid()}"
    databases = [
        Database(parse_server_url(f"{server.url}/{name}", cluster=CLUSTER_NAME)) for server in cluster
    ]
    migrations.apply(databases[0], migrations.SchemaOptions())
    yield databases
    for database in databases:
        database.execute(f"DROP DATABASE {name} SYNC")
        database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, per module: Playwright's event loop must not outlive the tests that use it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=tools.chromium(), args=_CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def page_problems() -> list[str]:
    """What the browser complained about; a test that means to provoke a complaint clears it."""
    return []


@pytest.fixture
def page(browser: Browser, page_problems: list[str]) -> Iterator[Page]:
    """A new page. The test fails when it logged an error, or asked any other machine for anything."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            # What could not be loaded stands only there.
            where = f" {message.location['url']}" if message.text.startswith("Failed to load") else ""
            page_problems.append(f"console: {message.text}{where}")

    def on_error(error: Error) -> None:
        page_problems.append(f"script: {error}")

    def on_request(route: Route) -> None:
        if route.request.url.startswith(_LOCAL_HOSTS):
            route.continue_()
        else:
            page_problems.append(f"external request: {route.request.url}")
            route.abort()

    context = browser.new_context(locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 800})
    context.route("**/*", on_request)
    opened = context.new_page()
    opened.on("console", on_console)
    opened.on("pageerror", on_error)
    yield opened
    context.close()
    assert page_problems == []


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core's JavaScript: `page.add_script_tag(content=axe_source)`, then `axe.run()`."""
    return tools.axe_source()
