from __future__ import annotations

import pytest

from spanhouse.question_lanes import is_slow

SLOW = [
    "/traces?service=shop",
    "/traces/tail",
    "/api/v1/traces?start=-1h",
    "/api/v1/attributes",
    "/api/v1/attributes/user.id/values",
    "/api/v1/critical-path",
    "/api/v1/links/a/b/selection?select=slow",
    "/api/v1/links/a/b/callers",
    "/api/v1/links/a/b/processes",
    "/api/v1/links/a/b/critical-path",
    "/links/a/b/selection",
    "/links/a/b/around",
    "/links/a/b?select=slow",
    "/links/a/b?start=-1h&around",
    "/links?sort=critical_path",
    "/services/a?part=processes",
    "/services/a?processes=1",
    "/compare?a=1&b=2",
]
QUICK = [
    "/",
    "/links",
    "/links?sort=p95",
    "/links/a/b",
    "/links/a/selection_service",
    "/trace/0123",
    "/services/a",
    "/api/v1/links",
    "/api/v1/links/a/b",
    "/api/v1/links/a/b/heatmap",
    "/api/v1/map?start=-24h",
    "/api/v1/traces/0123",
    "/api/v1/services",
    "/api/v1/services/sla",
]


@pytest.mark.parametrize("address", SLOW)
def test_what_looks_at_single_spans_of_a_window_is_slow(address: str) -> None:
    path, _, query = address.partition("?")
    assert is_slow(path, query.encode())


@pytest.mark.parametrize("address", QUICK)
def test_figures_and_single_traces_are_quick(address: str) -> None:
    path, _, query = address.partition("?")
    assert not is_slow(path, query.encode())
