"""The API over HTTP on a real store: names, refusals, not found, store away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from query.api import cause_examples, examples
from query.api.routes import add_api
from query.links.settings import LinkSettings
from spanhouse.questions import query_service
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint, parse_server_url
from tests.engines import Engine
from tests.storage.requests import START_NS, request, span
from tests.storing import SettledWriter

MS = 1_000_000
TRACE_ID = bytes(range(16))
WINDOW = f"start={START_NS // 10**9 - 60}&end={START_NS // 10**9 + 60}"
HOSTILE = "x' OR 1=1 -- \\' \" ) {a:String} /%"


def now_ns() -> int:
    return START_NS + 120 * 1000 * MS


def client_of(database: Database) -> TestClient:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    add_api(app, query_service(database, LinkSettings()), now_ns)
    return TestClient(app)


@pytest.fixture(scope="module")
def api(embedded_engine: Engine) -> Iterator[TestClient]:
    """A store with one call from `shop` to a service whose name is hostile, asked for by all tests here."""
    with embedded_engine.migrated_database() as database:
        writer = SettledWriter(database)
        for service, made in (
            ("shop", _span(1, 0, Span.SPAN_KIND_SERVER, 0, 100)),
            ("shop", _span(2, 1, Span.SPAN_KIND_CLIENT, 10, 90)),
            (HOSTILE, _span(3, 2, Span.SPAN_KIND_SERVER, 20, 80)),
        ):
            writer.write([request([made], service=service).SerializeToString()])
        yield client_of(database)


def _span(number: int, parent: int, kind: Span.SpanKind.ValueType, start_ms: int, end_ms: int) -> Span:
    return span(
        number,
        trace_id=TRACE_ID,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        kind=kind,
        start_time_unix_nano=START_NS + start_ms * MS,
        end_time_unix_nano=START_NS + end_ms * MS,
        attributes={"http.request.method": "GET", "n": 1},
    )


OF_LINK = f"/api/v1/links/shop/{quote(HOSTILE, safe='')}"
PATHS = [
    (f"{OF_LINK}/heatmap?{WINDOW}", cause_examples.HEATMAP),
    (f"{OF_LINK}/selection?{WINDOW}", cause_examples.SELECTION),
    (f"{OF_LINK}/callers?{WINDOW}", cause_examples.CALLERS),
    (f"{OF_LINK}/processes?{WINDOW}", cause_examples.PROCESSES),
    (f"{OF_LINK}/critical-path?{WINDOW}", cause_examples.LINK_PATH),
    (f"/api/v1/critical-path?{WINDOW}", cause_examples.CRITICAL_PATHS),
    (f"/api/v1/links?{WINDOW}", examples.LINK_LIST),
    (f"/api/v1/links/shop/{quote(HOSTILE, safe='')}?{WINDOW}", examples.LINK_DETAIL),
    (f"/api/v1/map?{WINDOW}", examples.SERVICE_MAP),
    (f"/api/v1/services?{WINDOW}", examples.SERVICE_LIST),
    (f"/api/v1/services/sla?{WINDOW}", examples.SLA_TABLE),
    (f"/api/v1/services/shop/operations?{WINDOW}", examples.OPERATION_LIST),
    (f"/api/v1/services/shop/timeseries?{WINDOW}", examples.SERVICE_STEPS),
    (f"/api/v1/traces?{WINDOW}", examples.TRACE_PAGE),
    (f"/api/v1/traces/{TRACE_ID.hex()}", examples.TRACE),
    (f"/api/v1/attributes?{WINDOW}", examples.ATTRIBUTE_NAMES),
    (f"/api/v1/attributes/n/values?{WINDOW}", examples.ATTRIBUTE_VALUES),
]


@pytest.mark.parametrize(("path", "example"), PATHS)
def test_answers_have_the_keys_that_the_description_shows(
    api: TestClient, path: str, example: dict[str, Any]
) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert _same_keys(answer.json(), example) == []


def _same_keys(answer: Any, example: Any, at: str = "answer") -> list[str]:
    """Where the keys of two JSON values differ; free-form maps and what one of them leaves empty aside."""
    if isinstance(answer, list) and isinstance(example, list):
        return _same_keys(answer[0], example[0], f"{at}[0]") if answer and example else []
    if (
        not isinstance(answer, dict)
        or not isinstance(example, dict)
        or at.endswith(("attributes", "resource"))
    ):
        return []
    if set(answer) != set(example):
        return [f"{at}: {sorted(set(answer) ^ set(example))}"]
    return [found for key in answer for found in _same_keys(answer[key], example[key], f"{at}.{key}")]


def test_a_trace_is_printed_exactly(api: TestClient) -> None:
    trace = api.get(f"/api/v1/traces/{TRACE_ID.hex().upper()}").json()
    root, call, answer = trace["spans"]
    assert (trace["duration_ms"], trace["span_count"], trace["error_count"]) == (100.0, 3, 0)
    assert root["start_time_unix_nano"] == str(START_NS)
    assert (call["depth"], call["kind"], call["self_ms"], call["critical_ms"]) == (1, "client", 20.0, 20.0)
    assert answer["service"] == HOSTILE
    assert answer["attributes"] == {"http.request.method": "GET", "n": 1}
    hop = trace["hops"][-1]
    assert (hop["caller"], hop["callee"], hop["gap_ms"], hop["request_gap_ms"]) == (
        "shop",
        HOSTILE,
        20.0,
        10.0,
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("service=shop&operation=operation-2", 1),
        ("service=shop&operation=operation-3", 0),
        ("attribute=n=1&attribute=http.request.method~ge", 1),
        ("attribute=resource.service.name=shop&attribute=n", 1),
        ("attribute=n=2", 0),
        ("min_duration_ms=100&max_duration_ms=100&status=ok&sort=slowest", 1),
        (f"service={quote(HOSTILE)}", 1),
        (f"operation={quote(HOSTILE)}", 0),
        (f"attribute={quote(HOSTILE)}", 0),
        (f"attribute=n={quote(HOSTILE)}", 0),
        (f"attribute=n~{quote(HOSTILE)}", 0),
        (f"attribute=resource.x={quote(HOSTILE)}", 0),
    ],
)
def test_conditions_come_from_the_url(api: TestClient, query: str, found: int) -> None:
    answer = api.get(f"/api/v1/traces?{WINDOW}&{query}")
    assert answer.status_code == 200
    assert len(answer.json()["traces"]) == found


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/traces?servce=shop", "unknown parameter 'servce'"),
        ("/api/v1/links?start=-1h&start=-2h", "parameter 'start' is given more than once"),
        ("/api/v1/services?limit=3", "unknown parameter 'limit'"),
        ("/api/v1/traces/ab?start=-1h", "unknown parameter 'start'"),
        ("/api/v1/traces?start=yesterday", "'yesterday' is not a time"),
        ("/api/v1/links?start=-1m&end=-2m", "start must be before end"),
        ("/api/v1/traces?limit=many", "limit: input should be a valid integer"),
        ("/api/v1/traces?limit=0", "limit: input should be greater than or equal to 1"),
        ("/api/v1/traces?sort=fastest", "sort: input should be 'newest' or 'slowest'"),
        ("/api/v1/traces?status=fine", "status: input should be 'error' or 'ok'"),
        ("/api/v1/traces?min_duration_ms=nan", "min_duration_ms"),
        ("/api/v1/traces?min_duration_ms=2&max_duration_ms=1", "min_duration_ms must not be above"),
        ("/api/v1/traces?attribute==1", "must look like key=value"),
        ("/api/v1/traces?cursor=x", "the cursor is damaged"),
        ("/api/v1/traces/nothex", "is not a trace id"),
        ("/api/v1/links?sort=best", "sort must be one of"),
        ("/api/v1/links?status=red", "status: input should be"),
        ("/api/v1/map?depth=-1", "depth: input should be greater"),
        ("/api/v1/services/sla?format=xml", "format: input should be 'json' or 'csv'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(api: TestClient, path: str, words: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/traces/feed",
        f"/api/v1/links/shop/nobody?{WINDOW}",
        f"/api/v1/services/{quote(HOSTILE, safe='')}x/operations?{WINDOW}",
    ],
)
def test_what_is_not_stored_is_not_found(api: TestClient, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_the_sla_table_comes_as_csv(api: TestClient) -> None:
    answer = api.get(f"/api/v1/services/sla?format=csv&{WINDOW}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("service,calls,")


def test_a_store_that_is_away_is_503_with_a_time_to_come_back() -> None:
    api = client_of(Database(parse_server_url("http://127.0.0.1:1/spanhouse")))
    for path in ("/api/v1/traces", "/api/v1/services", "/api/v1/links", "/api/v1/traces/ab"):
        answer = api.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "store" in answer.json()["detail"]


def test_every_route_is_described_with_examples() -> None:
    app = FastAPI()
    add_api(app, query_service(Database(EmbeddedEndpoint(Path("unused"))), LinkSettings()), now_ns)
    described = app.openapi()["paths"]
    assert len(described) == len(PATHS)
    for path, operations in described.items():
        get = operations["get"]
        assert get["summary"] and get["description"], path
        assert get["responses"]["200"]["content"]["application/json"]["example"], path
        assert get["responses"]["503"] and get["responses"]["422"], path
