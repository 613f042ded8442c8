"""What every HTTP port of ours has: health and metrics of the process, by FastAPI."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from spanhouse.health import health_routes
from spanhouse.store import check
from storage.client import Database


def process_app(database: Database, registry: CollectorRegistry) -> FastAPI:
    """An application with only the routes about the process, for a process without pages."""
    app = bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    return app


def bare_app() -> FastAPI:
    """An application without routes."""
    return FastAPI(
        title="Spanhouse",
        description="Traces and links between services. Times: RFC 3339, Unix seconds or `-15m`.",
        version="1",
        docs_url=None,
        redoc_url=None,
        # A tracing backend that traces itself would turn every look at a trace into a trace.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
