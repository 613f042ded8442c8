"""`/links`: all links ranked by one figure, filtered by caller, callee and status."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.link import DependencyLink
from query.model.window import Window
from ui.errors import BadParameter, page_route
from ui.links.wording import SORTS, first_figure
from ui.questions import LinkQuestions
from ui.rendering import Pages

DEFAULT_SORT = "p95"
LIMITS = (20, 50, 200, 1000)
STATUSES = ("failing", "slow", "ok", "quiet")


def link_list_routes(pages: Pages) -> APIRouter:
    """`GET /links`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/links")
    def link_list(request: Request) -> Response:
        time_range = pages.time_range(request)
        read = request.query_params.get
        sort = _one_of("sort", read("sort"), list(SORTS), DEFAULT_SORT)
        limit = int(_one_of("limit", read("limit"), [str(limit) for limit in LIMITS], str(LIMITS[0])))
        status = _one_of("status", read("status"), list(STATUSES), "")
        filters = {"caller": read("caller") or "", "callee": read("callee") or "", "status": status}
        window = time_range.window
        links = ask_links(pages.questions.links, window, sort, limit, filters)
        return pages.renderer.page(
            request,
            "links.html",
            time_range,
            links=links,
            sort=sort,
            sorts=SORTS,
            limit=limit,
            limits=LIMITS,
            statuses=STATUSES,
            filters=filters,
            blocking=None if links else most_excluding(pages.questions.links, window, filters),
            first_figure=first_figure(links[0], sort) if links else "",
        )

    return router


def ask_links(
    questions: LinkQuestions, window: Window, sort: str, limit: int, filters: dict[str, str]
) -> list[DependencyLink]:
    """The links that pass the filters; an empty filter lets all pass."""
    return questions.list(
        window,
        sort=sort,
        limit=limit,
        caller=filters["caller"] or None,
        callee=filters["callee"] or None,
        status=filters["status"] or None,
    ).links


def most_excluding(
    questions: LinkQuestions, window: Window, filters: dict[str, str]
) -> tuple[str, int] | None:
    """Which single filter, left out, would show the most links, and how many; None when none would help."""
    best: tuple[str, int] | None = None
    for name in (name for name, value in filters.items() if value):
        found = len(ask_links(questions, window, DEFAULT_SORT, LIMITS[-1], {**filters, name: ""}))
        if found and (best is None or found > best[1]):
            best = (name, found)
    return best


def _one_of(name: str, value: str | None, allowed: list[str], default: str) -> str:
    if not value:
        return default
    if value not in allowed:
        raise BadParameter(f"{name} is {value[:40]!r}, but must be one of {', '.join(allowed)}.")
    return value
