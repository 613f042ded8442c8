"""Puts the UI port together: JSON API, pages, API docs, health and metrics, in one FastAPI application."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from collector.keys import KeyRing
from spanhouse.access import KeyDoor
from spanhouse.api_docs import api_docs_routes
from spanhouse.health import health_routes
from spanhouse.http_metrics import HttpMetrics
from spanhouse.store import check
from storage.client import Database


def process_app(database: Database, registry: CollectorRegistry) -> FastAPI:
    """An application with only the routes about the process, for a process without pages."""
    app = _bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    return app


def ui_app(database: Database, registry: CollectorRegistry, keys: KeyRing) -> Any:
    """Everything on the UI port, as an ASGI application."""
    app = _bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    app.include_router(api_docs_routes())
    return HttpMetrics(KeyDoor(app, keys), registry)


def _bare_app() -> FastAPI:
    return FastAPI(
        title="Spanhouse",
        description="Traces and links between services. Times: RFC 3339, Unix seconds or `-15m`.",
        version="1",
        docs_url=None,
        redoc_url=None,
        # A tracing backend that traces itself would turn every look at a trace into a trace.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
