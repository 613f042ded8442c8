from __future__ import annotations

from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, Counter

from spanhouse.health import health_routes
from storage.errors import StorageUnavailable


def client(*, reachable: bool, registry: CollectorRegistry | None = None) -> TestClient:
    def check_store() -> None:
        if not reachable:
            raise StorageUnavailable("connection refused")

    app = FastAPI()
    app.include_router(health_routes(check_store, registry or CollectorRegistry()))
    return TestClient(app)


def test_healthy_and_ready() -> None:
    asked = client(reachable=True)
    assert asked.get("/healthz").json() == {"status": "ok"}
    assert asked.get("/readyz").status_code == 200


def test_not_ready_while_the_store_is_away_but_healthy() -> None:
    asked = client(reachable=False)
    assert asked.get("/healthz").status_code == 200
    answer = asked.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["detail"] == "connection refused"


def test_metrics_are_prometheus_text() -> None:
    registry = CollectorRegistry()
    Counter("spanhouse_example", "An example", registry=registry).inc(3)
    answer = client(reachable=True, registry=registry).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "spanhouse_example_total 3.0" in answer.text
