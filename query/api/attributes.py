"""`/api/v1/attributes`: names and values of span attributes, to complete what somebody types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from query.api import examples
from query.api.json_response import JsonResponse
from query.api.parameters import ClockNs, Name, window_parameter
from query.api.route import ApiRoute
from query.model.window import Window
from query.service import QueryService

Limit = Annotated[int, Query(ge=1, le=1000)]


def attributes_router(questions: QueryService, clock_ns: ClockNs) -> APIRouter:
    """Routes that ask `questions.search` for what can be searched by."""
    router = APIRouter(route_class=ApiRoute, tags=["traces"])
    in_window = Depends(window_parameter(clock_ns))

    @router.get(
        "/api/v1/attributes", summary="Attribute names", responses=examples.answer(examples.ATTRIBUTE_NAMES)
    )
    def names(
        window: Window = in_window, service: Name = None, prefix: Name = None, limit: Limit = 50
    ) -> JsonResponse:
        """Names of span attributes, the most frequent first, from a sample of the window."""
        found = questions.search.attribute_keys(
            window, service=service or "", prefix=prefix or "", limit=limit
        )
        return JsonResponse({"attributes": found})

    @router.get(
        "/api/v1/attributes/{name:path}/values",
        summary="Attribute values",
        responses=examples.answer(examples.ATTRIBUTE_VALUES),
    )
    def values(
        name: str, window: Window = in_window, service: Name = None, prefix: Name = None, limit: Limit = 50
    ) -> JsonResponse:
        """Values of one span attribute, the most frequent first, from a sample of the window."""
        found = questions.search.attribute_values(
            window, name, service=service or "", prefix=prefix or "", limit=limit
        )
        return JsonResponse({"name": name, "values": found})

    return router
