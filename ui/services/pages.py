"""`/services` and `/services/{service}`: rate, errors and duration of each service and of its operations.

`/services?table=sla` is what every service delivered. `/services/{service}?part=processes` is the part about
single instances, which reads single calls and is therefore fetched when the page stands.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.link import DependencyLink
from query.model.service import ServiceFigures, ServiceStep
from query.model.window import NS_PER_S, Window, parse_time
from ui.charts.figure import figure_json
from ui.charts.strips import service_strips
from ui.errors import BadParameter, NotFound, page_route
from ui.links.parts import process_context
from ui.links.wording import step_label
from ui.paths import names_after
from ui.rendering import Pages
from ui.services.states import as_called, troubled
from ui.services.wording import (
    availability,
    list_sentence,
    service_state,
    sla_sentence,
    worst_services_first,
)
from ui.time_range import TimeRange

_NEIGHBOURS = 100
_LINKS = 10_000
_TABLES = ("", "sla")


def service_routes(pages: Pages) -> APIRouter:
    """`GET /services` and `GET /services/{service}`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/services")
    def service_list(request: Request) -> Response:
        time_range = pages.time_range(request)
        table = request.query_params.get("table") or ""
        if table not in _TABLES:
            raise BadParameter(f"table is {table[:40]!r}, but must be sla or nothing.")
        context = _delivered(pages, time_range) if table else _states(pages, time_range)
        return pages.renderer.page(request, "services.html", time_range, table=table, **context)

    @router.get("/services/{names:path}")
    def service_detail(request: Request) -> Response:
        service = "/".join(names_after(request.scope, "/services/"))
        time_range = pages.time_range(request)
        callers = _ends(pages, time_range.window, callee=service)
        if request.query_params.get("part") == "processes":
            context = _processes(pages, time_range, service, callers)
            return pages.renderer.page(request, "service_processes.html", time_range, **context)
        figures = _find(pages.questions.services.list(time_range.window).services, service)
        if figures is None:
            raise NotFound(f"No span of {service} ({time_range.phrase}).")
        context = _page(pages, time_range, as_called([figures], callers)[0], callers)
        if request.query_params.get("processes"):
            context["part"] = _processes(pages, time_range, service, callers)
        return pages.renderer.page(request, "service.html", time_range, **context)

    return router


def _states(pages: Pages, time_range: TimeRange) -> dict[str, Any]:
    window, questions = time_range.window, pages.questions
    links = questions.links.list(window, sort="calls", limit=_LINKS).links
    services = worst_services_first(as_called(questions.services.list(window).services, links))
    return {"services": services, "sentence": list_sentence(services, time_range.phrase)}


def _delivered(pages: Pages, time_range: TimeRange) -> dict[str, Any]:
    rows = pages.questions.services.sla(time_range.window).services
    return {
        "services": rows,
        "sentence": sla_sentence(rows, time_range.phrase),
        "availability": availability,
    }


def _page(
    pages: Pages, time_range: TimeRange, figures: ServiceFigures, callers: list[DependencyLink]
) -> dict[str, Any]:
    window, services = time_range.window, pages.questions.services
    steps = services.timeseries(figures.service, window)
    callees = _ends(pages, window, caller=figures.service)
    return {
        "figures": figures,
        "state": service_state(figures),
        "red_callers": [link for link in troubled(callers) if link.caller != figures.service],
        "red_callees": [link for link in troubled(callees) if link.callee != figures.service],
        "operations": services.operations(figures.service, window).operations,
        "callers": callers,
        "callees": callees,
        "steps": steps,
        "strips": figure_json(service_strips(steps, step_seconds(steps, window.seconds))),
        "step_label": step_label,
        "part": None,
    }


def _processes(
    pages: Pages, time_range: TimeRange, service: str, callers: list[DependencyLink]
) -> dict[str, Any]:
    """What the instances of a service did for the caller that calls it most."""
    caller = callers[0].caller if callers else ""
    found = pages.questions.causes.processes(caller, service, time_range.window) if callers else None
    return {"caller": caller, "callee": service, **process_context(found)}


def _ends(
    pages: Pages, window: Window, *, caller: str | None = None, callee: str | None = None
) -> list[DependencyLink]:
    """The links on one side of a service, those with most calls first."""
    found = pages.questions.links.list(window, sort="calls", limit=_NEIGHBOURS, caller=caller, callee=callee)
    return found.links


def step_seconds(steps: list[ServiceStep], window_seconds: float) -> float:
    """The length of a step, from the first two; one step is as long as the window."""
    if len(steps) < 2:
        return window_seconds
    return max((parse_time(steps[1].start, 0) - parse_time(steps[0].start, 0)) / NS_PER_S, 1e-3)


def _find(services: list[ServiceFigures], name: str) -> ServiceFigures | None:
    return next((one for one in services if one.service == name), None)
