"""`/services` and `/services/{service}`: rate, errors and duration of each service and of its operations."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.service import ServiceFigures, ServiceStep
from query.model.window import NS_PER_S, parse_time
from ui.charts.figure import figure_json
from ui.charts.strips import service_strips
from ui.errors import NotFound, page_route
from ui.links.wording import step_label
from ui.paths import names_after
from ui.rendering import Pages
from ui.services.wording import list_sentence, service_state, worst_services_first

_NEIGHBOURS = 100


def service_routes(pages: Pages) -> APIRouter:
    """`GET /services` and `GET /services/{service}`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/services")
    def service_list(request: Request) -> Response:
        time_range = pages.time_range(request)
        services = worst_services_first(pages.questions.services.list(time_range.window).services)
        return pages.renderer.page(
            request,
            "services.html",
            time_range,
            services=services,
            sentence=list_sentence(services, time_range.phrase),
        )

    @router.get("/services/{names:path}")
    def service_detail(request: Request) -> Response:
        service = "/".join(names_after(request.scope, "/services/"))
        time_range = pages.time_range(request)
        window, questions = time_range.window, pages.questions
        figures = _find(questions.services.list(window).services, service)
        if figures is None:
            raise NotFound(f"No span of {service} ({time_range.phrase}).")
        steps = questions.services.timeseries(service, window)
        return pages.renderer.page(
            request,
            "service.html",
            time_range,
            figures=figures,
            state=service_state(figures),
            operations=questions.services.operations(service, window).operations,
            callers=questions.links.list(window, sort="calls", limit=_NEIGHBOURS, callee=service).links,
            callees=questions.links.list(window, sort="calls", limit=_NEIGHBOURS, caller=service).links,
            steps=steps,
            strips=figure_json(service_strips(steps, step_seconds(steps, window.seconds))),
            step_label=step_label,
        )

    return router


def step_seconds(steps: list[ServiceStep], window_seconds: float) -> float:
    """The length of a step, from the first two; one step is as long as the window."""
    if len(steps) < 2:
        return window_seconds
    return max((parse_time(steps[1].start, 0) - parse_time(steps[0].start, 0)) / NS_PER_S, 1e-3)


def _find(services: list[ServiceFigures], name: str) -> ServiceFigures | None:
    return next((one for one in services if one.service == name), None)
