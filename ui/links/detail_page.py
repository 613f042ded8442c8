"""`/links/{caller}/{callee}`: since when, for which operation, and the requests that show it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.cause import What
from ui.charts.figure import figure_json
from ui.charts.heatmap import link_heatmap
from ui.charts.histogram import latency_histogram
from ui.charts.strips import link_strips
from ui.earlier import choices, read_earlier
from ui.errors import NotFound, page_route
from ui.links.change import LinkChange, became, changed_most
from ui.links.change_wording import figure_changes, link_change_sentence, p95_difference
from ui.links.parts import LinkParts, link_api_call
from ui.links.selected import box_of, read_selected
from ui.links.wording import link_state, step_label, trouble_since
from ui.paths import names_after
from ui.rendering import Pages

_MOST_OPERATIONS = 8


def link_detail_routes(pages: Pages) -> APIRouter:
    """`GET /links/{caller}/{callee}` and its parts; names may hold any character, slashes as `%2F`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)
    parts = LinkParts(pages)

    @router.get("/links/{names:path}")
    def link_detail(request: Request) -> Response:
        names = names_after(request.scope, "/links/")
        if len(names) == 3:
            return parts.answer(request, *names)
        if len(names) != 2:
            raise NotFound("The address of a link is /links/CALLER/CALLEE, with slashes in names as %2F.")
        caller, callee = names
        time_range = pages.time_range(request)
        detail = pages.questions.links.detail(caller, callee, time_range.window)
        if detail is None:
            raise NotFound(f"No calls from {caller} to {callee} ({time_range.phrase}).")
        link = detail.link
        wrong: What = "failing" if link.status == "failing" else "slow"
        selected = read_selected(request.query_params.get, wrong, time_range.window, time_range.now_ns)
        heatmap = pages.questions.causes.heatmap(caller, callee, time_range.window)
        p95_ms = link.observed_ms.p95 if link.observed_ms else None
        earlier = read_earlier(request.query_params.get("compare"), time_range.window)
        then = pages.questions.links.detail(caller, callee, earlier.window) if earlier else None
        change = (
            LinkChange(link, then.link, became(link, then.link)) if then else LinkChange(link, None, "new")
        )
        return pages.renderer.page(
            request,
            "link.html",
            time_range,
            detail=detail,
            link=link,
            state=link_state(link, trouble_since(link, detail.timeseries)),
            strips=figure_json(link_strips(detail.timeseries, detail.step_seconds, link.baseline_p95_ms)),
            histogram=figure_json(latency_histogram(detail.histogram, link.observed_ms)),
            earlier=earlier,
            earlier_choices=choices(time_range.window),
            change=change,
            change_sentence=link_change_sentence(change, earlier.words) if earlier else "",
            figure_changes=figure_changes(link, then.link) if then else [],
            operation_changes=changed_most(detail.operations, then.operations, _MOST_OPERATIONS)
            if then
            else [],
            p95_difference=p95_difference,
            step_label=step_label,
            api=link_api_call(request, detail, time_range),
            heatmap=figure_json(link_heatmap(heatmap, box_of(selected, time_range.window, p95_ms)))
            if heatmap
            else "",
            selected=selected,
            selection=parts.selection(request, caller, callee, time_range) if selected.written else None,
            around=parts.around(request, caller, callee, time_range)
            if "around" in request.query_params
            else None,
        )

    return router
