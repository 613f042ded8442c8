"""`/links`: all links ranked by one figure, filtered by caller, callee and status."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.links.figures import LinkKey
from query.model.cause import PathShare
from query.model.link import DependencyLink
from query.model.window import Window
from ui.errors import BadParameter, page_route
from ui.links.wording import SORTS, first_figure
from ui.questions import LinkQuestions
from ui.rendering import Pages

DEFAULT_SORT = "p95"
# Known from sampled traces only, and looked up only when asked for.
BY_PATH = "critical_path"
LIMITS = (20, 50, 200, 1000)
ALL_LINKS = 100_000
STATUSES = ("failing", "slow", "ok", "quiet")
Shares = dict[LinkKey, float]


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
        paths = pages.questions.causes.critical_paths(window) if sort == BY_PATH else None
        shares = {_key(one): one.share for one in paths.links} if paths else {}
        links = ask_links(pages.questions.links, window, sort, limit, filters, shares)
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
            paths=paths,
            shares=shares,
            first_figure=first_figure(links[0], sort, shares.get(_key(links[0]), 0.0)) if links else "",
        )

    return router


def ask_links(
    questions: LinkQuestions,
    window: Window,
    sort: str,
    limit: int,
    filters: dict[str, str],
    shares: Shares | None = None,
) -> list[DependencyLink]:
    """The links that pass the filters; an empty filter lets all pass.

    Args:
        questions: The query side.
        window: When calls started.
        sort: One of `ui.links.wording.SORTS`.
        limit: At most so many.
        filters: `caller`, `callee`, `status`.
        shares: Each link's share of critical paths, for that sort.
    """
    if sort == BY_PATH:
        found = ask_links(questions, window, "impact", ALL_LINKS, filters)
        known = shares or {}
        return sorted(found, key=lambda link: -known.get(_key(link), 0.0))[:limit]
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


def _key(link: DependencyLink | PathShare) -> LinkKey:
    return LinkKey(link.caller, link.callee, link.kind)


def _one_of(name: str, value: str | None, allowed: list[str], default: str) -> str:
    if not value:
        return default
    if value not in allowed:
        raise BadParameter(f"{name} is {value[:40]!r}, but must be one of {', '.join(allowed)}.")
    return value
