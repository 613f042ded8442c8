"""`/api/v1/links` and `/api/v1/map`: the calls between services."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from query.api import examples
from query.api.json_response import JsonResponse
from query.api.parameters import ClockNs, Name, window_parameter
from query.api.route import ApiRoute, NotFound
from query.links.ordering import SORTS
from query.model.link import LinkDetail, Status
from query.model.search import SearchError
from query.model.window import Window
from query.service import QueryService


def links_router(questions: QueryService, clock_ns: ClockNs) -> APIRouter:
    """Routes that ask `questions.links`."""
    router = APIRouter(route_class=ApiRoute, tags=["links"])
    in_window = Depends(window_parameter(clock_ns))

    @router.get("/api/v1/links", summary="The slowest links", responses=examples.answer(examples.LINK_LIST))
    def list_links(
        window: Window = in_window,
        sort: Annotated[str, Query(description=f"One of {', '.join(SORTS)}.")] = "p95",
        limit: Annotated[int, Query(ge=1, le=1000)] = 20,
        caller: Name = None,
        callee: Name = None,
        status: Annotated[Status | None, Query(description="Only links with this status.")] = None,
    ) -> JsonResponse:
        """Links with calls in the window, worst first by `sort` over all of them."""
        if sort not in SORTS:
            raise SearchError(f"sort must be one of {', '.join(SORTS)}")
        found = questions.links.list(
            window, sort=sort, limit=limit, caller=caller, callee=callee, status=status
        )
        return JsonResponse(found)

    @router.get(
        "/api/v1/links/{caller:path}/{callee:path}",
        summary="One link",
        responses=examples.answer(examples.LINK_DETAIL, missing="no calls over this link in the window"),
    )
    def link_detail(request: Request, caller: str, callee: str, window: Window = in_window) -> JsonResponse:
        """The link's figures over time, its histogram, operations and exemplars."""
        caller, callee = _names_in_path(request)
        detail = questions.links.detail(caller, callee, window)
        if detail is None:
            raise NotFound(f"no calls from {caller[:200]!r} to {callee[:200]!r} in this window")
        return JsonResponse(_flat(detail))

    @router.get("/api/v1/map", summary="The map", responses=examples.answer(examples.SERVICE_MAP))
    def service_map(
        window: Window = in_window,
        service: Name = None,
        depth: Annotated[int | None, Query(ge=0, le=50, description="Calls away from `service`.")] = None,
    ) -> JsonResponse:
        """Nodes and links, all of them or those within `depth` calls of `service`."""
        found = questions.links.service_map(window, service=service, depth=depth)
        links = [_printed(link, leave_out="exemplars") for link in found.links]
        return JsonResponse({"start": found.start, "end": found.end, "nodes": found.nodes, "links": links})

    return router


def _names_in_path(request: Request) -> tuple[str, str]:
    """Caller and callee as they were sent: an encoded slash belongs to a name."""
    path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    *_, caller, callee = path.split("/")
    return unquote(caller), unquote(callee)


def _flat(detail: LinkDetail) -> dict[str, Any]:
    return _printed(detail.link) | _printed(detail, leave_out="link")


def _printed(answer: Any, leave_out: str = "") -> dict[str, Any]:
    return {one.name: getattr(answer, one.name) for one in fields(answer) if one.name != leave_out}
