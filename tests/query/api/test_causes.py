"""Routes that explain a link, on a real store: parameters, refusals, and names with slashes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from query.api.routes import add_api
from query.links.settings import LinkSettings
from spanhouse.questions import query_service
from storage.client import Database
from tests.engines import Engine
from tests.query.causes.stored import SECOND, START_NS, call, store

WINDOW = f"start={START_NS // SECOND - 60}&end={START_NS // SECOND + 60}"
SLASHED = quote("a/b", safe="")


def client_of(database: Database) -> TestClient:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    add_api(app, query_service(database, LinkSettings()), lambda: START_NS + 120 * SECOND)
    return TestClient(app)


@pytest.fixture(scope="module")
def api(embedded_engine: Engine) -> Iterator[TestClient]:
    """Forty calls, every fourth slow and on another version; and one to a service called `heatmap`."""
    with embedded_engine.migrated_database() as database:
        spans = []
        for number in range(40):
            slow = number % 4 == 0
            version = {"service.version": "2" if slow else "1"}
            spans += call(number, server_ms=300 if slow else 10, error=number == 0, resource=version)
        spans += call(100, caller="a/b", callee="heatmap") + call(101, caller="a", callee="b/heatmap")
        store(database, spans)
        yield client_of(database)


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("", 40),
        ("min_duration_ms=100", 10),
        ("max_duration_ms=100", 30),
        ("select=failing", 1),
        ("select=failing&max_duration_ms=100", 0),
        (f"selected_start={START_NS // SECOND}&selected_end={START_NS // SECOND + 2}", 20),
        (f"selected_start={START_NS // SECOND + 2}&min_duration_ms=100", 5),
    ],
)
def test_a_selection_is_cut_out_by_the_url(api: TestClient, query: str, selected: int) -> None:
    answer = api.get(f"/api/v1/links/cart/payment/selection?{WINDOW}&{query}")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["selected"]["calls"], found["rest"]["calls"]) == (selected, 40 - selected)
    assert len(found["calls"]) == min(selected, 20)
    assert found["more"] == (selected > 20)


def test_the_difference_is_named(api: TestClient) -> None:
    found = api.get(f"/api/v1/links/cart/payment/selection?{WINDOW}&min_duration_ms=100").json()
    assert [(one["key"], one["value"]) for one in found["differences"]] == [("service.version", "2")]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("links/cart/payment/selection?select=odd", "'slow' or 'failing'"),
        ("links/cart/payment/selection?min_duration_ms=5&max_duration_ms=5", "must be below max_duration_ms"),
        ("links/cart/payment/selection?min_duration_ms=nan", "min_duration_ms"),
        ("links/cart/payment/selection?selected_start=yesterday", "is not a time"),
        ("links/cart/payment/selection?selected_end=1", "outside the window"),
        ("links/cart/payment/selection?limit=1000", "limit"),
        ("links/cart/payment/heatmap?service=x", "unknown parameter 'service'"),
        ("critical-path?rank=luck", "'share' or 'impact'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(api: TestClient, path: str, words: str) -> None:
    answer = api.get(f"/api/v1/{path}&{WINDOW}")
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("part", ["heatmap", "selection", "callers", "processes", "critical-path"])
def test_a_link_without_calls_is_not_found(api: TestClient, part: str) -> None:
    answer = api.get(f"/api/v1/links/cart/nobody/{part}?{WINDOW}")
    assert answer.status_code == 404
    assert "no calls from 'cart' to 'nobody'" in answer.json()["detail"]


def test_names_with_slashes_are_not_taken_for_parts_of_a_link(api: TestClient) -> None:
    link = api.get(f"/api/v1/links/{SLASHED}/heatmap?{WINDOW}").json()
    assert (link["caller"], link["callee"], link["calls"]) == ("a/b", "heatmap", 1)
    link = api.get(f"/api/v1/links/a/{quote('b/heatmap', safe='')}?{WINDOW}").json()
    assert (link["caller"], link["callee"], link["calls"]) == ("a", "b/heatmap", 1)
    part = api.get(f"/api/v1/links/{SLASHED}/heatmap/heatmap?{WINDOW}").json()
    assert (part["caller"], part["callee"]) == ("a/b", "heatmap")
    assert part["edges_ms"]


def test_both_ranks_of_cost_are_answered(api: TestClient) -> None:
    by_share = api.get(f"/api/v1/critical-path?{WINDOW}").json()
    assert by_share["links"][0]["callee"] == "payment"
    assert by_share["links"][0]["impact_ms"] is not None
    assert len(by_share["links"]) == 6
    assert len(api.get(f"/api/v1/critical-path?{WINDOW}&rank=impact&limit=1").json()["links"]) == 1
