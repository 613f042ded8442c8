"""Example answers for the API's description (`/docs`). Tests hold their keys against real answers."""

from __future__ import annotations

from typing import Any

_START, _END = "2026-11-22T16:35:00.000000Z", "2026-11-22T16:50:00.000000Z"
_TRACE_ID = "5b8aa5a2d2c872e8321cf37308d69df2"
_PERCENTILES = {"p50": 101.2, "p95": 812.0, "p99": 990.1, "max": 1204.0}
_SERVER = {"p50": 99.0, "p95": 803.5, "p99": 981.0, "max": 1190.2}
_EXEMPLAR = {"trace_id": _TRACE_ID, "span_id": "051581bf3cb55c13", "duration_ms": 1204.0, "error": False}
_WINDOW = {"start": _START, "end": _END}

LINK: dict[str, Any] = {
    "caller": "checkout",
    "callee": "payment",
    "kind": "http",
    "calls": 1240,
    "calls_per_second": 1.38,
    "errors": 12,
    "error_rate": 0.0097,
    "client_ms": _PERCENTILES,
    "server_ms": _SERVER,
    "gap_ms": {"p50": 1.9, "p95": 6.1, "p99": 14.0, "max": 41.7},
    "baseline_p95_ms": 159.0,
    "status": "slow",
    "reasons": ["p95 812 ms is 5.1x its baseline of 159 ms"],
    "impact_ms": 809720.0,
    "caller_kind": "service",
    "callee_kind": "service",
    "exemplars": [_EXEMPLAR],
}
LINK_LIST = {**_WINDOW, "links": [LINK]}
LINK_DETAIL = {
    **LINK,
    **_WINDOW,
    "step_seconds": 10.0,
    "timeseries": [
        {
            "start": _START,
            "calls": 14,
            "errors": 0,
            "p50": 100.8,
            "p95": 799.0,
            "p99": 801.0,
            "server_p95": 790.1,
            "gap_p95": 6.0,
        }
    ],
    "histogram": [{"from_ms": 98.0, "to_ms": 100.1, "calls": 31}],
    "operations": [
        {
            "operation": "POST /charge",
            "calls": 1240,
            "errors": 12,
            "error_rate": 0.0097,
            "server_ms": _SERVER,
            "client_ms": _PERCENTILES,
        }
    ],
    "failing_exemplars": [_EXEMPLAR],
}
SERVICE_MAP = {
    **_WINDOW,
    "nodes": [
        {
            "service": "payment",
            "kind": "service",
            "calls": 1240,
            "calls_per_second": 1.38,
            "errors": 12,
            "error_rate": 0.0097,
            "server_ms": _SERVER,
            "status": "ok",
            "namespace": "payments",
        }
    ],
    "links": [{name: value for name, value in LINK.items() if name != "exemplars"}],
}
SERVICE_LIST = {
    **_WINDOW,
    "services": [
        {
            "service": "payment",
            "calls": 1240,
            "calls_per_second": 1.38,
            "errors": 12,
            "error_rate": 0.0097,
            "server_ms": _SERVER,
            "status": "ok",
            "span_count": 3720,
        }
    ],
}
OPERATION_LIST = {
    "service": "payment",
    **_WINDOW,
    "operations": [
        {
            "operation": "POST /charge",
            "kind": "server",
            "calls": 1240,
            "calls_per_second": 1.38,
            "errors": 12,
            "error_rate": 0.0097,
            "duration_ms": _SERVER,
        }
    ],
}
SERVICE_STEPS = {
    "service": "payment",
    **_WINDOW,
    "timeseries": [{"start": _START, "calls": 14, "errors": 0, "p50": 98.0, "p95": 790.0, "p99": 798.0}],
}
SLA_TABLE = {
    **_WINDOW,
    "services": [
        {
            "service": "payment",
            "calls": 1240,
            "errors": 12,
            "availability": 0.9903,
            "calls_per_second": 1.38,
            "peak_calls_per_second": 2.1,
            "mean_ms": 140.3,
            "duration_ms": _SERVER,
        }
    ],
}
TRACE_PAGE = {
    "traces": [
        {
            "trace_id": _TRACE_ID,
            "root_service": "storefront",
            "root_operation": "GET /checkout",
            "start": _START,
            "duration_ms": 214.3,
            "span_count": 12,
            "error_count": 1,
            "services": [{"service": "storefront", "spans": 5, "errors": 0}],
        }
    ],
    "next_cursor": None,
}
TRACE = {
    "trace_id": _TRACE_ID,
    "start": _START,
    "duration_ms": 214.3,
    "span_count": 12,
    "error_count": 1,
    "spans": [
        {
            "span_id": "051581bf3cb55c13",
            "parent_span_id": "5fb397be34d26b51",
            "service": "payment",
            "name": "POST /charge",
            "kind": "server",
            "start_time_unix_nano": "1795366200000000000",
            "duration_ms": 12.1,
            "self_ms": 3.0,
            "depth": 2,
            "status": "error",
            "status_message": "card declined",
            "critical_ms": 2.9,
            "skew_ms": 0.0,
            "attributes": {"http.request.method": "POST", "http.response.status_code": 502},
            "resource": {"service.name": "payment"},
            "scope": {"name": "opentelemetry.instrumentation.fastapi", "version": "0.66b2", "attributes": {}},
            "events": [{"time_unix_nano": "1795366200012000000", "name": "exception", "attributes": {}}],
            "links": [],
            "warnings": [],
            "trace_state": "",
            "flags": 257,
        }
    ],
    "hops": [
        {
            "caller": "checkout",
            "callee": "payment",
            "kind": "http",
            "client_span_id": "5fb397be34d26b51",
            "server_span_id": "051581bf3cb55c13",
            "client_ms": 12.1,
            "server_ms": 9.4,
            "gap_ms": 2.7,
            "request_gap_ms": 1.2,
            "response_gap_ms": 1.5,
            "critical_ms": 9.9,
            "error": False,
        }
    ],
    "warnings": ["3 spans name a parent that has not arrived"],
}
ATTRIBUTE_NAMES = {"attributes": ["http.request.method", "http.route"]}
ATTRIBUTE_VALUES = {"name": "http.request.method", "values": ["GET", "POST"]}

_REFUSED = {"detail": "start must be before end"}
_AWAY = {"detail": "the store is not available"}


def answer(example: dict[str, Any], missing: str | None = None) -> dict[int | str, dict[str, Any]]:
    """Descriptions of a route's answers; `missing` says when it answers 404."""
    described: dict[int | str, dict[str, Any]] = {
        200: _described("The answer.", example),
        422: _described("A parameter is unknown or cannot be read; `detail` says which.", _REFUSED),
        503: _described("The store is away; see the header Retry-After.", _AWAY),
    }
    if missing:
        described[404] = _described(f"Not found: {missing}.", {"detail": missing})
    return described


def _described(description: str, example: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"example": example}}}
