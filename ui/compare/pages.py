"""`/compare?a=…&b=…`: two traces side by side; with one, what it could be compared with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.search import TraceFilter
from query.model.trace import Trace
from query.traces.trace_id import TraceIdError, parse_trace_id
from ui.compare.matching import changed_only, compare_traces
from ui.compare.wording import comparison_sentence
from ui.errors import BadParameter, no_such_trace, page_route
from ui.rendering import Pages
from ui.time_range import TimeRange

# Beyond this a table is not read; what differs most is in the sentence and in the changes-only view.
MAX_ROWS = 1_000
# Larger comparisons open with the differences only.
_WHOLE_ROWS = 200
_OFFERED = 20


def compare_routes(pages: Pages) -> APIRouter:
    """`GET /compare`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/compare")
    def compare_page(request: Request) -> Response:
        time_range = pages.time_range(request)
        read = request.query_params.get
        a, b = _trace(pages, read("a")), _trace(pages, read("b"))
        context: dict[str, Any] = {"a": a, "b": b, "rows": None, "offered": [], "now_ns": pages.clock_ns()}
        if a is not None and b is not None:
            context |= _comparison(a, b, read("rows"))
        elif (one := a or b) is not None:
            context["offered"] = _offered(pages, one, time_range)
        return pages.renderer.page(request, "compare.html", time_range, **context)

    return router


def _trace(pages: Pages, text: str | None) -> Trace | None:
    if not text or not text.strip():
        return None
    try:
        trace = pages.questions.traces.get(parse_trace_id(text.strip()))
    except TraceIdError as error:
        raise BadParameter(str(error)) from None
    if trace is None:
        raise no_such_trace(text)
    return trace


def _comparison(a: Trace, b: Trace, wanted: str | None) -> dict[str, Any]:
    rows = compare_traces(a, b)
    only_changes = wanted == "changes" or (wanted != "all" and len(rows) > _WHOLE_ROWS)
    shown = changed_only(rows) if only_changes else rows
    sides = [side.total_ms for row in shown for side in (row.a, row.b) if side]
    return {
        "rows": shown[:MAX_ROWS],
        "shown_count": len(shown),
        "row_count": len(rows),
        "only_changes": only_changes,
        "sentence": comparison_sentence(a, b, rows),
        "longest_ms": max(sides, default=0.0) or 1.0,
    }


def _offered(pages: Pages, one: Trace, time_range: TimeRange) -> list[Any]:
    """The slowest traces of the same operation in the window, to compare with."""
    root = one.spans[0]
    same_operation = TraceFilter(service=root.service, operation=root.name)
    page = pages.questions.search.find(
        time_range.window, same_operation, sort="slowest", limit=_OFFERED, cursor=None
    )
    return [trace for trace in page.traces if trace.trace_id != one.trace_id]
