"""Puts all pages on the application. The composition root calls `add_pages` once, after the API is added.

A page is a module with a function `…_routes(pages) -> APIRouter`; adding one is a line in `_routers`.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from ui.assets import Assets, asset_routes
from ui.errors import add_not_found_page
from ui.questions import Questions
from ui.rendering import Pages, Renderer


def add_pages(app: FastAPI, questions: Questions, clock_ns: Callable[[], int]) -> None:
    """Adds the pages, their files and their error pages.

    Args:
        app: The application; its API routes must already be there.
        questions: The query side.
        clock_ns: The current time in Unix nanoseconds.
    """
    assets = Assets()
    pages = Pages(questions, clock_ns, Renderer(assets))
    app.include_router(asset_routes(assets))
    for router in _routers(pages):
        app.include_router(router)
    add_not_found_page(app, pages)


def _routers(pages: Pages) -> list[APIRouter]:
    return []
