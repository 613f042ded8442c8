from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from spanhouse.http_metrics import HttpMetrics


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def asked(registry: CollectorRegistry) -> TestClient:
    app = FastAPI()

    @app.get("/services/{service}")
    def service_page(service: str) -> str:
        if service == "broken":
            raise RuntimeError("a defect")
        return service

    return TestClient(HttpMetrics(app, registry), raise_server_exceptions=False)


def counted(registry: CollectorRegistry, route: str, status: str) -> float | None:
    return registry.get_sample_value("spanhouse_http_requests_total", {"route": route, "status": status})


def test_requests_are_counted_by_pattern_not_by_path(asked: TestClient, registry: CollectorRegistry) -> None:
    for name in ("bank", "shop", "x" * 500):
        assert asked.get(f"/services/{name}").status_code == 200
    assert counted(registry, "/services/{service}", "200") == 3
    assert (
        registry.get_sample_value("spanhouse_http_request_seconds_count", {"route": "/services/{service}"})
        == 3
    )


def test_unknown_paths_share_one_label(asked: TestClient, registry: CollectorRegistry) -> None:
    for path in ("/a", "/b", "/c"):
        asked.get(path)
    assert counted(registry, "none", "404") == 3


def test_defects_count_as_500(asked: TestClient, registry: CollectorRegistry) -> None:
    assert asked.get("/services/broken").status_code == 500
    assert counted(registry, "/services/{service}", "500") == 1
