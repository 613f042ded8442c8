"""Counts and times requests of the UI port. Labels are our own route patterns, never what clients send."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_NO_ROUTE = "none"


class HttpMetrics:
    """An ASGI layer around the FastAPI application.

    Args:
        app: The application.
        registry: Gets the metrics.
    """

    def __init__(self, app: Any, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "spanhouse_http_requests",
            "Requests answered on the UI port",
            ["route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "spanhouse_http_request_seconds",
            "Time to answer a request on the UI port",
            ["route"],
            buckets=_BUCKETS_SECONDS,
            registry=registry,
        )

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """The ASGI entry point."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            self._requests.labels(route, str(status)).inc()
            self._seconds.labels(route).observe(time.perf_counter() - started)
