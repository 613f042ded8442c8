from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from collector.keys import KeyRing, hash_key
from spanhouse.access import COOKIE, KeyDoor
from spanhouse.listening import open_socket, port_of
from spanhouse.web import WebServer

KEY = "correct-horse"
BROWSER = {"accept": "text/html"}


def guarded(*keys: str) -> KeyDoor:
    app = FastAPI()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/api/v1/links")
    def links() -> str:
        return "links"

    @app.get("/links")
    def page(service: str = "") -> str:
        return f"page {service}"

    return KeyDoor(app, KeyRing(hash_key(key) for key in keys))


@pytest.fixture
def asked() -> TestClient:
    return TestClient(guarded(KEY, "another-key"), follow_redirects=False)


def test_without_keys_the_door_is_open() -> None:
    assert TestClient(guarded()).get("/api/v1/links").status_code == 200


def test_api_wants_a_key(asked: TestClient) -> None:
    refused = asked.get("/api/v1/links")
    assert refused.status_code == 401
    assert refused.json() == {"detail": "a valid key is required"}
    assert refused.headers["www-authenticate"] == "Bearer"
    assert asked.get("/api/v1/links", headers={"authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"x-spanhouse-key": KEY},
        {"authorization": "Bearer another-key"},
        {"cookie": f"{COOKIE}={KEY}"},
    ],
)
def test_each_way_to_show_a_key(asked: TestClient, headers: dict[str, str]) -> None:
    assert asked.get("/api/v1/links", headers=headers).status_code == 200


def test_health_needs_no_key(asked: TestClient) -> None:
    assert asked.get("/healthz").status_code == 200


def test_a_browser_logs_in_where_it_is(asked: TestClient) -> None:
    assert "This server asks for a key" in asked.get("/links?service=bank", headers=BROWSER).text
    wrong = asked.post("/links?service=bank", data={"key": "wrong"}, headers=BROWSER)
    assert wrong.status_code == 401
    assert "not valid" in wrong.text
    entered = asked.post("/links?service=bank", data={"key": KEY}, headers=BROWSER)
    assert entered.status_code == 303
    assert entered.headers["location"] == "/links?service=bank"
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert asked.get("/links?service=bank", headers=BROWSER).text == '"page bank"'
    asked.get("/logout", headers=BROWSER)
    assert asked.get("/links", headers=BROWSER).status_code == 401


def test_a_login_cannot_lead_to_another_machine(asked: TestClient) -> None:
    entered = asked.post("http://testserver//evil.example/x", data={"key": KEY}, headers=BROWSER)
    assert entered.headers["location"] == "/evil.example/x"


def test_an_endless_form_is_not_read(asked: TestClient) -> None:
    assert asked.post("/links", content=b"key=" + b"x" * 10_000, headers=BROWSER).status_code == 401


def test_broken_cookies_are_no_key(asked: TestClient) -> None:
    assert asked.get("/api/v1/links", headers={"cookie": 'a="\x7f; =;;spanhouse_key'}).status_code == 401


@pytest.mark.browser
def test_the_page_asks_once(page: Page, page_problems: list[str], axe_source: str) -> None:
    listening = open_socket("127.0.0.1", 0, "--port")
    server = WebServer(guarded(KEY), listening, "guarded")
    server.start()
    try:
        page.goto(f"http://127.0.0.1:{port_of(listening)}/links?service=bank")
        page_problems.clear()  # Chromium reports the 401 itself
        page.evaluate(axe_source)
        assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
        page.get_by_label("Key").fill(KEY)
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("body")).to_contain_text("page bank")
        page.goto(f"http://127.0.0.1:{port_of(listening)}/links")
        expect(page.locator("body")).to_contain_text("page")
    finally:
        server.stop()
