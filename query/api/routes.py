"""All routes of the JSON API, one router per resource."""

from __future__ import annotations

from fastapi import FastAPI

from query.api.attributes import attributes_router
from query.api.causes import causes_router
from query.api.links import links_router
from query.api.parameters import ClockNs
from query.api.services import services_router
from query.api.traces import traces_router
from query.service import QueryService


def add_api(app: FastAPI, questions: QueryService, clock_ns: ClockNs) -> None:
    """Adds the API's routes to an application.

    Args:
        app: The application.
        questions: Who answers.
        clock_ns: The current time in Unix nanoseconds, for relative windows.
    """
    for router in (causes_router, links_router, services_router, traces_router, attributes_router):
        app.include_router(router(questions, clock_ns))
