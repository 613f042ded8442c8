"""What pages say when they cannot answer: plain words, the right status, and what to do next.

Only pages: the API has its own JSON errors, and a 404 outside the pages is left to whoever answered before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from query.model.window import WindowError
from storage.errors import QueryTooHeavy, StorageError, StorageOverloaded, StorageUnavailable
from ui.paths import path_as_written
from ui.rendering import Pages

RETRY_AFTER_SECONDS = 5
UNEXPECTED = "Spanhouse could not make this page: it is stopping, or met an error that its log describes."
_LOG = logging.getLogger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class NotFound(Exception):
    """A page about something that does not exist; the message says what, in plain words.

    `likely` says why that may be; without it, that the chosen time may be wrong.
    """

    def __init__(self, message: str, likely: str = "") -> None:
        super().__init__(message)
        self.likely = likely


def no_such_trace(trace_id: str) -> NotFound:
    """What to raise about a trace; it is looked for in all that is stored, whatever time is chosen."""
    likely = "It may not have arrived yet, may not have been sampled, or has expired."
    return NotFound(f"No span of trace {trace_id[:64]} is stored.", likely)


class BadParameter(ValueError):
    """A parameter of a page's URL that cannot be used; the message says which and why."""


def page_route(pages: Pages) -> type[APIRoute]:
    """A route class whose handlers' failures become pages.

    Use it as `APIRouter(route_class=page_route(pages))`. Handlers raise `NotFound`, `BadParameter`,
    `WindowError` or any `StorageError`. Anything else is logged and answered with 500.
    """

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_or_explain(request: Request) -> Response:
                try:
                    return await handle(request)
                except NotFound as error:
                    return error_page(pages, request, 404, str(error), likely=error.likely)
                except (WindowError, BadParameter) as error:
                    return error_page(pages, request, 422, str(error))
                except RequestValidationError as error:
                    return error_page(pages, request, 422, _validation_message(error))
                except QueryTooHeavy as error:
                    return error_page(pages, request, 422, error.words)
                except StorageError as error:
                    _LOG.warning("a page without its figures: %s", error)
                    return error_page(pages, request, 503, str(error), _of_the_store(error))
                except HTTPException:
                    raise
                except Exception:
                    _LOG.exception("a page failed: %s", path_as_written(request.scope))
                    return error_page(pages, request, 500, UNEXPECTED)

            return handle_or_explain

    return PageRoute


def _of_the_store(error: StorageError) -> str:
    if isinstance(error, StorageUnavailable):
        return "The store cannot be reached, so this page has no figures."
    if isinstance(error, StorageOverloaded):
        return "The store takes on no more work just now, so this page has no figures."
    return "The store could not answer, so this page has no figures."


def error_page(
    pages: Pages, request: Request, status_code: int, message: str, sentence: str = "", likely: str = ""
) -> HTMLResponse:
    """The page for one failure; `sentence`, if any, stands before `message`, and `likely` after it."""
    try:
        time_range = pages.time_range(request)
    except WindowError:
        time_range = pages.default_time_range()
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status_code == 503 else {}
    return pages.renderer.page(
        request,
        "error.html",
        time_range,
        status_code=status_code,
        headers=headers,
        status=status_code,
        sentence=sentence or message,
        message=message,
        likely=likely,
    )


def add_not_found_page(app: FastAPI, pages: Pages) -> None:
    """Answers unknown paths with a page where a browser asks; everything else keeps its earlier handler."""
    earlier: Any = app.exception_handlers.get(HTTPException, http_exception_handler)

    async def not_found(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if wants_page and not request.url.path.startswith("/api/"):
            return error_page(pages, request, 404, "There is no page at this address.")
        response: Response = await earlier(request, error)
        return response

    app.add_exception_handler(404, not_found)


def _validation_message(error: RequestValidationError) -> str:
    problems = [f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()]
    return "; ".join(problems)[:500]
