"""`/api/v1/traces`: search, and one trace by id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from query.api import examples
from query.api.attribute_conditions import with_attributes
from query.api.json_response import JsonResponse
from query.api.parameters import ClockNs, Name, window_parameter
from query.api.route import ApiRoute, NotFound
from query.api.trace_json import trace_json
from query.model.search import StatusFilter, TraceFilter, TraceSort
from query.model.window import Window
from query.search.reader import MAX_LIMIT
from query.service import QueryService
from query.traces.collection import collection_paused
from query.traces.rebuilt import RebuiltTrace

Duration = Annotated[
    float | None, Query(ge=0, le=1e12, allow_inf_nan=False, description="Of the whole trace, in ms.")
]


def traces_router(questions: QueryService, clock_ns: ClockNs) -> APIRouter:
    """Routes that ask `questions.search` and `questions.traces`."""
    router = APIRouter(route_class=ApiRoute, tags=["traces"])
    in_window = Depends(window_parameter(clock_ns))

    @router.get("/api/v1/traces", summary="Find traces", responses=examples.answer(examples.TRACE_PAGE))
    def find_traces(
        window: Window = in_window,
        service: Name = None,
        operation: Name = None,
        min_duration_ms: Duration = None,
        max_duration_ms: Duration = None,
        status: Annotated[
            StatusFilter | None, Query(description="`error`: a span that failed; `ok`: one that did not.")
        ] = None,
        attribute: Annotated[
            list[str] | None,
            Query(
                description="`key=value`, `key~part of value` or `key`; a key that starts with `resource.` "
                "means the resource. Repeat it for more conditions.",
                max_length=20,
            ),
        ] = None,
        sort: Annotated[TraceSort, Query(description="Decided over the whole window.")] = "newest",
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
        cursor: Annotated[
            str | None, Query(max_length=1000, description="`next_cursor` of the page before.")
        ] = None,
    ) -> JsonResponse:
        """Traces that started in the window.

        Service, operation, status and attributes must hold on one and the same span.
        """
        wanted = with_attributes(
            TraceFilter(service or None, operation or None, min_duration_ms, max_duration_ms, status),
            attribute or (),
        )
        return JsonResponse(questions.search.find(window, wanted, sort=sort, limit=limit, cursor=cursor))

    @router.get(
        "/api/v1/traces/{trace_id}",
        summary="One trace",
        responses=examples.answer(examples.TRACE, missing="no span of this trace is stored"),
    )
    def get_trace(trace_id: str) -> Response:
        """The rebuilt trace: spans in tree order with self time and critical path, hops, warnings."""
        # The trace is gone again before the collector goes on and would walk its million objects.
        with collection_paused():
            text = _printed(questions.traces.rebuilt(trace_id))
        if text is None:
            raise NotFound(f"no span of trace {trace_id.lower()} is stored")
        return Response(text, media_type=JsonResponse.media_type)

    return router


def _printed(rebuilt: RebuiltTrace | None) -> bytes | memoryview | None:
    return None if rebuilt is None else trace_json(rebuilt)
