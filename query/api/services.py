"""`/api/v1/services`: services, their operations, the SLA table."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from query.api import examples
from query.api.json_response import JsonResponse
from query.api.parameters import ClockNs, window_parameter
from query.api.route import ApiRoute, NotFound
from query.model.window import Window
from query.service import QueryService
from query.services.sla import sla_csv


def services_router(questions: QueryService, clock_ns: ClockNs) -> APIRouter:
    """Routes that ask `questions.services`."""
    router = APIRouter(route_class=ApiRoute, tags=["services"])
    in_window = Depends(window_parameter(clock_ns))

    @router.get("/api/v1/services", summary="Services", responses=examples.answer(examples.SERVICE_LIST))
    def list_services(window: Window = in_window) -> JsonResponse:
        """Every service that sent a span in the window; calls are its SERVER and CONSUMER spans."""
        return JsonResponse(questions.services.list(window))

    @router.get(
        "/api/v1/services/sla", summary="The SLA table", responses=examples.answer(examples.SLA_TABLE)
    )
    def sla(
        window: Window = in_window,
        format: Annotated[Literal["json", "csv"], Query(description="How to print the table.")] = "json",
    ) -> Response:
        """Availability, calls per second, busiest minute, mean and percentiles of every service."""
        table = questions.services.sla(window)
        if format == "csv":
            headers = {"Content-Disposition": 'attachment; filename="sla.csv"'}
            return Response(sla_csv(table), media_type="text/csv; charset=utf-8", headers=headers)
        return JsonResponse(table)

    @router.get(
        "/api/v1/services/{service:path}/operations",
        summary="Operations of a service",
        responses=examples.answer(examples.OPERATION_LIST, missing="the service sent no span in the window"),
    )
    def operations(service: str, window: Window = in_window) -> JsonResponse:
        """Span names and kinds of one service, busiest first; calls are all its spans of that name."""
        found = questions.services.operations(service, window)
        if not found.operations:
            raise NotFound(f"service {service[:200]!r} sent no span in this window")
        return JsonResponse(found)

    @router.get(
        "/api/v1/services/{service:path}/timeseries",
        summary="A service over time",
        responses=examples.answer(examples.SERVICE_STEPS),
    )
    def timeseries(service: str, window: Window = in_window) -> JsonResponse:
        """Calls, errors and percentiles (ms) of one service per step."""
        steps = questions.services.timeseries(service, window)
        return JsonResponse(
            {"service": service, "start": window.start, "end": window.end, "timeseries": steps}
        )

    return router
