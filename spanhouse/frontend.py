"""Puts the UI port together: JSON API, pages, API docs, health and metrics, in one ASGI application."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from collector.keys import KeyRing
from collector.rejection import LastRejection
from query.api.routes import add_api
from query.service import QueryService
from spanhouse.access import KeyDoor
from spanhouse.api_docs import api_docs_routes
from spanhouse.health import health_routes
from spanhouse.http_metrics import HttpMetrics
from spanhouse.store import check
from storage.client import Database
from ui.app import add_pages
from ui.onboarding import Endpoints, Rejection


def process_app(database: Database, registry: CollectorRegistry) -> FastAPI:
    """An application with only the routes about the process, for a process without pages."""
    app = _bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    return app


def ui_app(
    questions: QueryService,
    database: Database,
    registry: CollectorRegistry,
    keys: KeyRing,
    *,
    endpoints: Endpoints | None = None,
    last_rejection: LastRejection | None = None,
) -> Any:
    """Everything on the UI port.

    Args:
        questions: The query side.
        database: Asked whether it is there.
        registry: The metrics to show; gets those of this port.
        keys: Who may look.
        endpoints: Where this process takes spans, when it does.
        last_rejection: Why this process last refused spans, when it takes any.
    """
    app = _bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    add_api(app, questions, time.time_ns)
    app.include_router(api_docs_routes())
    add_pages(
        app,
        questions,
        time.time_ns,
        endpoints=endpoints,
        last_rejection=_shown(last_rejection) if last_rejection else None,
    )
    return HttpMetrics(KeyDoor(app, keys), registry)


def _shown(last_rejection: LastRejection) -> Callable[[], Rejection | None]:
    def latest() -> Rejection | None:
        refused = last_rejection.snapshot()
        return Rejection(refused.message, int(refused.at.timestamp() * 1e9)) if refused else None

    return latest


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
