from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from storage.errors import StorageUnavailable
from tests.ui.shop import NOW_NS, Shop
from ui.app import add_pages
from ui.onboarding import Endpoints, Rejection, reachable, snippets


def empty_client(shop: Shop, rejection: Rejection | None = None) -> TestClient:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    add_pages(
        app,
        shop,
        lambda: NOW_NS,
        endpoints=Endpoints("0.0.0.0:14317", "127.0.0.1:14318"),
        last_rejection=lambda: rejection,
    )
    return TestClient(app, base_url="http://tracing.local:16686")


def test_the_first_page_shows_where_to_send_spans_in_four_ways() -> None:
    html = empty_client(Shop((), any_trace=False)).get("/").text
    assert "tracing.local:14317 (OTLP/gRPC)" in html
    assert "127.0.0.1:14318 (OTLP/HTTP)" in html
    for label in ("Python", "Node", "Java", "OTel Collector"):
        assert f">{label}</h2>" in html
    assert html.count("data-copy") == 4
    assert 'data-poll="/-/first-span"' in html


def test_snippets_hold_the_real_endpoints() -> None:
    for snippet in snippets("grpc.local:1", "http.local:2"):
        assert ("grpc.local:1" in snippet.text) != ("http.local:2" in snippet.text)


def test_it_listens_and_says_when_the_first_span_is_here() -> None:
    shop = Shop((), any_trace=False)
    client = empty_client(shop)
    assert client.get("/-/first-span").json() == {"arrived": False, "refusal": None}
    shop.any_trace = True
    assert client.get("/-/first-span").json()["arrived"] is True


def test_it_says_why_the_last_request_was_refused() -> None:
    rejection = Rejection("trace id is <b>empty</b>", NOW_NS - 3_000_000_000)
    client = empty_client(Shop((), any_trace=False), rejection)
    expected = "trace id is <b>empty</b> (3 s ago)"
    assert client.get("/-/first-span").json()["refusal"] == expected
    assert "trace id is &lt;b&gt;empty&lt;/b&gt; (3 s ago)" in client.get("/").text


def test_a_store_that_is_away_has_no_first_span_yet() -> None:
    class Away(Shop):
        def has_any_trace(self) -> bool:
            raise StorageUnavailable("starting")

    assert empty_client(Away()).get("/-/first-span").json()["arrived"] is False


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (None, "host:4317"),
        ("0.0.0.0:5", "host:5"),
        ("[::]:5", "host:5"),
        ("10.0.0.7:5", "10.0.0.7:5"),
    ],
)
def test_a_listener_on_every_interface_is_reached_as_the_page_was(address: str | None, expected: str) -> None:
    assert reachable(address, "host", 4317) == expected
