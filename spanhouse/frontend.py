"""Puts the UI port together: JSON API, pages, API docs, health and metrics, in one ASGI application."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from collector.keys import KeyRing
from collector.rejection import LastRejection
from query.api.routes import add_api
from query.service import QueryService
from spanhouse.access import KeyDoor
from spanhouse.api_docs import api_docs_routes
from spanhouse.health import health_routes
from spanhouse.http_metrics import HttpMetrics
from spanhouse.process_app import bare_app
from spanhouse.question_queue import QuestionQueue
from spanhouse.store import check
from storage.client import Database
from ui.app import add_pages
from ui.onboarding import Endpoints, Rejection


@dataclass(frozen=True, slots=True)
class Frontend:
    """The application, and what its first pages would wait for, to be done before."""

    app: Any
    warm_up_steps: Sequence[Callable[[], object]]


def ui_app(
    questions: QueryService,
    database: Database,
    registry: CollectorRegistry,
    keys: KeyRing,
    *,
    questions_at_once: int,
    ingest_is_behind: Callable[[], bool] | None = None,
    endpoints: Endpoints | None = None,
    last_rejection: LastRejection | None = None,
) -> Frontend:
    """Everything on the UI port.

    Args:
        questions: The query side.
        database: Asked whether it is there.
        registry: The metrics to show; gets those of this port.
        keys: Who may look.
        questions_at_once: How many work at the same time; others wait.
        ingest_is_behind: Whether this process gets more spans than it can take, when it takes any.
        endpoints: Where this process takes spans, when it does.
        last_rejection: Why this process last refused spans, when it takes any.
    """
    app = bare_app()
    app.include_router(health_routes(partial(check, database), registry))
    add_api(app, questions, time.time_ns)
    app.include_router(api_docs_routes())
    warm_up_steps = add_pages(
        app,
        questions,
        time.time_ns,
        endpoints=endpoints,
        last_rejection=_shown(last_rejection) if last_rejection else None,
    )
    queue = QuestionQueue(app, questions_at_once, ingest_is_behind)
    return Frontend(HttpMetrics(KeyDoor(queue, keys), registry), warm_up_steps)


def _shown(last_rejection: LastRejection) -> Callable[[], Rejection | None]:
    def latest() -> Rejection | None:
        refused = last_rejection.snapshot()
        return Rejection(refused.message, int(refused.at.timestamp() * 1e9)) if refused else None

    return latest
