"""Example answers of the routes that explain a link. Tests hold their keys against real answers."""

from __future__ import annotations

from typing import Any

from query.api.examples import LINK

_WINDOW = {"start": "2026-11-22T16:35:00.000000Z", "end": "2026-11-22T16:50:00.000000Z"}
_NAMES = {"caller": LINK["caller"], "callee": LINK["callee"]}
_LINK = {**_NAMES, "kind": LINK["kind"], **_WINDOW}

HEATMAP: dict[str, Any] = {
    **_LINK,
    "step_seconds": 300.0,
    "starts": ["2026-11-22T16:35:00.000000Z", "2026-11-22T16:40:00.000000Z", "2026-11-22T16:45:00.000000Z"],
    "edges_ms": [64.0, 128.0, 256.0, 512.0, 1024.0],
    "calls": [[210, 190, 9, 0], [205, 200, 12, 1], [80, 120, 31, 182]],
    "errors": [1, 2, 9],
}
SELECTION: dict[str, Any] = {
    **_LINK,
    "selection": {
        "what": "slow",
        **_WINDOW,
        "min_duration_ms": 812.0,
        "max_duration_ms": None,
    },
    "taken_from": "calls",
    "searched_share": 1.0,
    "selected": {"calls": 62, "looked_at": 62},
    "rest": {"calls": 1178, "looked_at": 1000},
    "calls": [
        {
            "trace_id": "5b8aa5a2d2c872e8321cf37308d69df2",
            "span_id": "051581bf3cb55c13",
            "start": "2026-11-22T16:47:12.120000Z",
            "duration_ms": 1204.0,
            "error": False,
        }
    ],
    "more": True,
    "differences": [
        {
            "side": "callee",
            "source": "resource",
            "key": "service.version",
            "value": "2.4.1",
            "selected_calls": 60,
            "selected_share": 0.968,
            "rest_calls": 130,
            "rest_share": 0.13,
            "difference": 0.838,
            "surplus": 0.731,
            "same_calls": ["callee k8s.pod.name = payment-7d9f-b"],
        }
    ],
    "identifiers": ["callee order.id"],
    "notes": [],
}
CALLERS: dict[str, Any] = {
    **_NAMES,
    **_WINDOW,
    "operations": ["POST /charge"],
    "callers": [
        {
            "caller": "checkout",
            "kind": "http",
            "calls": 1240,
            "calls_per_second": 1.38,
            "errors": 12,
            "error_rate": 0.0097,
            "p95_ms": 812.0,
            "time_ms": 203112.0,
            "time_share": 0.81,
        }
    ],
}
PROCESSES: dict[str, Any] = {
    **_NAMES,
    **_WINDOW,
    "searched_share": 1.0,
    "looked": {"calls": 1240, "looked_at": 1000},
    "attributes": [
        {
            "key": "service.version",
            "values": [
                {
                    "value": "2.4.1",
                    "calls": 180,
                    "share": 0.18,
                    "errors": 9,
                    "error_rate": 0.05,
                    "p95_ms": 960.0,
                }
            ],
            "more": 0,
        }
    ],
}
LINK_PATH: dict[str, Any] = {
    **_NAMES,
    **_WINDOW,
    "overall_share": 0.31,
    "overall_traces": 500,
    "through_share": 0.64,
    "through_traces": 500,
    "through_ms_per_trace": 214.0,
    "rank": 1,
}
CRITICAL_PATHS: dict[str, Any] = {
    **_WINDOW,
    "traces": 500,
    "traces_in_window": 12840,
    "mean_duration_ms": 214.0,
    "elsewhere_share": 0.02,
    "links": [
        {
            **_NAMES,
            "kind": "http",
            "share": 0.31,
            "traces": 122,
            "ms_per_trace": 272.0,
            "impact_ms": 809720.0,
        }
    ],
}
