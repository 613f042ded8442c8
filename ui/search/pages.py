"""`/traces`: the search form, its results, and the rows that live tail asks for.

Asks the query side once for results; only when there are none, once more per condition to say which one
keeps traces out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from query.model.search import SearchError
from query.model.trace import TracePage
from query.model.window import NS_PER_S, Window
from query.traces.trace_id import TraceIdError, parse_trace_id
from ui.errors import BadParameter, page_route
from ui.rendering import Pages
from ui.search.form import SearchForm, conditions, read_form
from ui.search.scatter import build_scatter
from ui.search.wording import Exclusion, search_sentence, strongest_exclusion
from ui.security import SECURITY_HEADERS
from ui.time_range import TimeRange

PAGE_TRACES = 50
# Enough to rank conditions by; more would only make "nothing found" slow.
_RELAXED_TRACES = 20
TAIL_SECONDS = 30
TAIL_TRACES = 50


def search_routes(pages: Pages) -> APIRouter:
    """`GET /traces` and `GET /traces/tail`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/traces")
    def search_page(request: Request) -> Response:
        trace_id = request.query_params.get("trace_id", "").strip()
        if trace_id:
            return RedirectResponse(f"/trace/{_trace_id(trace_id)}", status_code=303)
        form, time_range = _form(request), pages.time_range(request)
        page = _find(pages, form, time_range.window)
        exclusion = None if page.traces else _exclusion(pages, form, time_range.window)
        return pages.renderer.page(
            request,
            "search.html",
            time_range,
            form=form,
            page=page,
            sentence=search_sentence(page, form, time_range.phrase),
            exclusion=exclusion,
            scatter=build_scatter(page.traces, time_range.window) if page.traces else None,
            longest_ms=max((trace.duration_ms for trace in page.traces), default=0.0),
            **_choices(pages, form, time_range),
        )

    @router.get("/traces/tail")
    def tail_rows(request: Request) -> Response:
        now_ns = pages.clock_ns()
        form = replace(_form(request), sort="newest", cursor="")
        window = Window(max(now_ns - TAIL_SECONDS * NS_PER_S, 0), now_ns + NS_PER_S)
        page = _find(pages, form, window, TAIL_TRACES)
        html = pages.renderer.text("search_tail.html", page=page, now_ns=now_ns)
        return HTMLResponse(html, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"})

    return router


def _form(request: Request) -> SearchForm:
    return read_form(request.query_params, request.query_params.getlist("attribute"))


def _trace_id(text: str) -> str:
    try:
        return parse_trace_id(text)
    except TraceIdError as error:
        raise BadParameter(str(error)) from None


def _find(pages: Pages, form: SearchForm, window: Window, limit: int = PAGE_TRACES) -> TracePage:
    try:
        return pages.questions.search.find(
            window, form.filter, sort=form.sort, limit=limit, cursor=form.cursor or None
        )
    except SearchError as error:
        raise BadParameter(str(error)) from None


def _exclusion(pages: Pages, form: SearchForm, window: Window) -> Exclusion | None:
    relaxed = [
        (
            condition,
            _find(pages, replace(form, filter=condition.relaxed, cursor=""), window, _RELAXED_TRACES),
        )
        for condition in conditions(form)
    ]
    return strongest_exclusion(relaxed)


def _choices(pages: Pages, form: SearchForm, time_range: TimeRange) -> dict[str, Any]:
    """Names to complete from, of services and operations that were really seen."""
    services = pages.questions.services
    operations = services.operations(form.service, time_range.window).operations if form.service else []
    return {
        "known_services": sorted(one.service for one in services.list(time_range.window).services),
        "known_operations": sorted({one.operation for one in operations}),
    }
