"""Puts all pages on the application. The composition root calls `add_pages` once, after the API is added.

A page is a module with a function `…_routes(pages) -> APIRouter`; adding one is a line in `_routers`.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from ui.assets import Assets, asset_routes
from ui.compare.pages import compare_routes
from ui.errors import add_not_found_page
from ui.links.detail_page import link_detail_routes
from ui.links.list_page import link_list_routes
from ui.map.page import map_routes
from ui.onboarding import Endpoints, Onboarding, Rejection
from ui.questions import Questions
from ui.rendering import Pages, Renderer
from ui.search.pages import search_routes
from ui.services.pages import service_routes
from ui.trace.pages import trace_routes
from ui.warming import Step, warm_up_steps


def add_pages(
    app: FastAPI,
    questions: Questions,
    clock_ns: Callable[[], int],
    *,
    endpoints: Endpoints | None = None,
    last_rejection: Callable[[], Rejection | None] | None = None,
) -> list[Step]:
    """Adds the pages, their files and their error pages.

    Args:
        app: The application; its API routes must already be there.
        questions: The query side.
        clock_ns: The current time in Unix nanoseconds.
        endpoints: Where spans can be sent, for the first-run page.
        last_rejection: The last refused request, for the first-run page; None when it cannot be known here.

    Returns:
        What first pages would wait for, to be done in the background.
    """
    assets = Assets()
    renderer = Renderer(assets)
    pages = Pages(questions, clock_ns, renderer)
    onboarding = Onboarding(pages, endpoints or Endpoints(), last_rejection)
    app.include_router(asset_routes(assets))
    for router in _routers(pages, onboarding):
        app.include_router(router)
    add_not_found_page(app, pages)
    return warm_up_steps(renderer, assets)


def _routers(pages: Pages, onboarding: Onboarding) -> list[APIRouter]:
    return [
        map_routes(pages, onboarding),
        onboarding.routes(),
        link_list_routes(pages),
        link_detail_routes(pages),
        service_routes(pages),
        trace_routes(pages),
        search_routes(pages),
        compare_routes(pages),
    ]
