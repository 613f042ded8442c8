"""`/trace/{trace_id}` and what its script asks for: one span's panel, and the spans that match a search.

Reads the trace through `RecentViews`, shapes it with the pure modules of this folder, prints templates.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from query.model.trace import Span
from query.model.window import NS_PER_S, Window, parse_time
from query.traces.collection import collection_paused
from query.traces.trace_id import TraceIdError, parse_trace_id
from storage.errors import StorageError
from ui.errors import NotFound, no_such_trace, page_route
from ui.rendering import Pages
from ui.security import SECURITY_HEADERS
from ui.trace.columns import columns_json
from ui.trace.drawer import Drawer, build_drawer, span_standing
from ui.trace.finding import find_spans
from ui.trace.flame import flame_boxes
from ui.trace.hop_list import hop_pairs, hop_rows
from ui.trace.recent import RecentViews
from ui.trace.request import TraceRequest, read_trace_request
from ui.trace.sentence import trace_sentence
from ui.trace.services import service_counts
from ui.trace.timeline import NS_PER_MS, ruler_ticks
from ui.trace.trace_map import build_trace_map
from ui.trace.view import TraceView
from ui.trace.visible import collapsed_positions, visible_rows
from ui.trace.waterfall import waterfall_rows

# Traces up to this many visible rows are printed whole; longer ones in pages, and drawn as needed by script.
WHOLE_ROWS = 1_200
PAGE_ROWS = 60
# The waterfall should be in sight without scrolling, so the rest of the calls are one click away.
FIRST_HOPS = 5
MAX_HOPS = 60

_log = logging.getLogger(__name__)


def trace_routes(pages: Pages) -> APIRouter:
    """The trace page and its two fragments."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)
    recent = RecentViews(pages.questions.traces, pages.clock_ns)

    @router.get("/trace/{trace_id}")
    def trace_page(trace_id: str, request: Request) -> Response:
        asked = read_trace_request(request.query_params)
        # A page of 100,000 spans makes a million objects and no garbage: see `query.traces.collection`.
        with collection_paused():
            view = recent.read(_known_form(trace_id), raw=asked.raw)
            if view is None:
                raise no_such_trace(trace_id)
            return pages.renderer.page(
                request, "trace.html", pages.time_range(request), **_page_context(pages, view, asked)
            )

    @router.get("/trace/{trace_id}/span/{span_id}")
    def span_panel(trace_id: str, span_id: str, request: Request) -> Response:
        view = _view(recent, trace_id, request)
        drawer = _drawer(pages, view, span_id)
        if drawer is None:
            raise NotFound(f"Trace {trace_id[:64]} holds no span {span_id[:64]}.")
        html = pages.renderer.text(
            "trace_drawer.html",
            drawer=drawer,
            trace_id=view.trace.trace_id,
            close="",
            now_ns=pages.clock_ns(),
        )
        return HTMLResponse(html, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"})

    @router.get("/trace/{trace_id}/find")
    def matching_spans(trace_id: str, request: Request) -> Response:
        view = _view(recent, trace_id, request)
        positions = find_spans(view.trace.spans, read_trace_request(request.query_params).q)
        return JSONResponse(
            {"positions": positions}, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"}
        )

    return router


def _view(recent: RecentViews, trace_id: str, request: Request) -> TraceView:
    view = recent.recall(_known_form(trace_id), raw=read_trace_request(request.query_params).raw)
    if view is None:
        raise no_such_trace(trace_id)
    return view


def _known_form(trace_id: str) -> str:
    try:
        return parse_trace_id(trace_id)
    except TraceIdError as error:
        raise NotFound(f"{str(error)[0].upper()}{str(error)[1:]}.") from None


def _page_context(pages: Pages, view: TraceView, asked: TraceRequest) -> dict[str, Any]:
    trace = view.trace
    pairs = hop_pairs(trace.hops)
    hops = hop_rows(pairs[:MAX_HOPS], trace.duration_ms)
    context: dict[str, Any] = {
        "trace": trace,
        "root": {"service": view.columns.services[0], "name": view.columns.names[0]},
        "asked": asked,
        "sentence": trace_sentence(trace, view.tree),
        "start_ns": parse_time(trace.start, pages.clock_ns()),
        "now_ns": pages.clock_ns(),
        "services": service_counts(view.tree.spans),
        "first_hops": hops[:FIRST_HOPS],
        "more_hops": hops[FIRST_HOPS:],
        "hop_count": len(pairs),
        "skewed": any(view.columns.skew_ms),
        "drawer": _drawer(pages, view, asked.span) if asked.span else None,
        "columns": "",
    }
    if asked.view == "flame":
        boxes = flame_boxes(view)
        return context | {"boxes": boxes, "levels": max(box.level for box in boxes) + 1 if boxes else 0}
    if asked.view == "map":
        return context | {"map": build_trace_map(view.tree.spans, trace.hops)}
    return context | _waterfall_context(view, asked)


def _waterfall_context(view: TraceView, asked: TraceRequest) -> dict[str, Any]:
    matches = find_spans(view.trace.spans, asked.q) if asked.q else None
    rows = visible_rows(view, closed=asked.closed, depth=asked.depth, fold=asked.fold)
    page_count = 1 if len(rows) <= WHOLE_ROWS else -(-len(rows) // PAGE_ROWS)
    page = min(asked.page, page_count)
    first, last = (0, len(rows)) if page_count == 1 else ((page - 1) * PAGE_ROWS, page * PAGE_ROWS)
    # Whether a row hides spans shows by the row after it.
    collapsed = collapsed_positions(view, rows[first : last + 1])
    ticks = ruler_ticks(view.timeline.total_ns)
    return {
        "rows": waterfall_rows(view, rows[first:last], collapsed),
        "row_count": len(rows),
        "page": page,
        "page_count": page_count,
        "matches": None if matches is None else {view.columns.span_ids[one] for one in matches},
        "match_count": 0 if matches is None else len(matches),
        "ticks": [(view.timeline.percent(tick), tick / NS_PER_MS) for tick in ticks],
        "fold_count": len(view.folds),
        "deepest": max(view.columns.depths),
        "columns": columns_json(view),
    }


def _drawer(pages: Pages, view: TraceView, span_id: str) -> Drawer | None:
    position = view.tree.position.get(span_id)
    if position is None:
        return None
    return build_drawer(view, position, _standing(pages, view.trace.spans[position]))


def _standing(pages: Pages, span: Span) -> str:
    """The span among its operation's others; the panel is whole without it, so a store error is not."""
    start_ns = int(span.start_time_unix_nano)
    window = Window(max(start_ns - 3_300 * NS_PER_S, 0), max(start_ns, 0) + 300 * NS_PER_S)
    try:
        return span_standing(span, pages.questions.services.operations(span.service, window).operations)
    except StorageError as error:
        _log.warning("operation percentiles are unavailable for the span panel: %s", type(error).__name__)
        return ""
