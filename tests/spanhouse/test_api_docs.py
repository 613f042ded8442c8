from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from spanhouse.api_docs import api_docs_routes
from spanhouse.listening import open_socket, port_of
from spanhouse.web import WebServer


@pytest.fixture
def app() -> FastAPI:
    described = FastAPI(title="Example", docs_url=None, redoc_url=None)
    described.include_router(api_docs_routes())

    @described.get("/api/v1/example", summary="An example question")
    def example(limit: int = 20) -> dict[str, int]:
        return {"limit": limit}

    return described


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    listening = open_socket("127.0.0.1", 0, "--port")
    server = WebServer(app, listening, "docs")
    server.start()
    yield f"http://127.0.0.1:{port_of(listening)}"
    server.stop()


def test_files_come_compressed_where_that_is_understood(app: FastAPI) -> None:
    asked = TestClient(app)
    zipped = asked.get("/docs/swagger-ui.css", headers={"accept-encoding": "gzip"})
    plain = asked.get("/docs/swagger-ui.css", headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.text == plain.text
    assert gzip.decompress(gzip.compress(plain.content)) == plain.content


def test_unknown_files_are_not_found(app: FastAPI) -> None:
    assert TestClient(app).get("/docs/..%2fapi_docs.py").status_code == 404
    assert TestClient(app).get("/docs/redoc.standalone.js").status_code == 404


@pytest.mark.browser
def test_the_page_works_offline_and_can_ask(address: str, page: Page) -> None:
    page.goto(f"{address}/docs")
    expect(page.get_by_text("An example question")).to_be_visible()
    page.get_by_text("An example question").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text('"limit": 20')
