"""What every route of the API does alike: unknown parameters are refused, errors become plain words.

Done in the route and not in application-wide handlers, so that the pages keep their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo
from starlette.requests import Request
from starlette.responses import Response

from query.api.json_response import JsonResponse
from query.model.search import SearchError
from query.model.window import WindowError
from query.traces.trace_id import TraceIdError
from storage.errors import QueryTooHeavy, StorageError, StorageOverloaded, StorageUnavailable

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
RETRY_AFTER_SECONDS = 2
_BAD_QUESTIONS = (WindowError, SearchError, TraceIdError)


class NotFound(Exception):
    """What was asked for is not stored; the message says so."""


class ApiRoute(APIRoute):
    """A route that answers every failure as `{"detail": "…"}`."""

    def get_route_handler(self) -> Handler:
        """Wraps FastAPI's handler, inside which parameters are read and the endpoint is called."""
        handler = super().get_route_handler()
        known, single = _query_names(self.dependant), _query_names(self.dependant, lists=False)

        async def answer(request: Request) -> Response:
            unknown = sorted(set(request.query_params) - known)
            if unknown:
                names = ", ".join(repr(name[:80]) for name in unknown[:5])
                return failure(
                    422, f"unknown parameter {names}; known are {', '.join(sorted(known)) or 'none'}"
                )
            if repeated := [name for name in single if len(request.query_params.getlist(name)) > 1]:
                return failure(422, f"parameter {repeated[0]!r} is given more than once")
            try:
                return await handler(request)
            except RequestValidationError as error:
                return failure(422, "; ".join(_in_words(one) for one in error.errors()))
            except _BAD_QUESTIONS as error:
                return failure(422, str(error))
            except NotFound as error:
                return failure(404, str(error))
            except QueryTooHeavy as error:
                logger.warning("too heavy: %s: %s", request.url.path, error)
                return failure(422, error.words)
            except (StorageUnavailable, StorageOverloaded) as error:
                logger.warning("store not available: %s", error)
                return failure(503, "the store is not available", retry=True)
            except StorageError as error:
                logger.error("store: %s", error)
                return failure(503, "the store cannot answer", retry=True)

        return answer


def failure(status: int, detail: str, *, retry: bool = False) -> JsonResponse:
    """An error answer; `retry` tells clients to come back soon."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if retry else None
    return JsonResponse({"detail": detail}, status_code=status, headers=headers)


def _query_names(dependant: Dependant, *, lists: bool = True) -> set[str]:
    """Names of the query parameters of a route and of what it depends on, with or without those to repeat."""
    fields = [field for field in dependant.query_params if lists or not _may_repeat(field.field_info)]
    names = {field.alias for field in fields}
    return names.union(*(_query_names(below, lists=lists) for below in dependant.dependencies))


def _may_repeat(info: FieldInfo) -> bool:
    return any(get_origin(part) is list for part in (info.annotation, *get_args(info.annotation)))


def _in_words(error: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"] if part not in ("query", "path"))
    given = f", not {str(error['input'])[:80]!r}" if isinstance(error.get("input"), str) else ""
    message = str(error["msg"])
    return f"{name}: {message[:1].lower()}{message[1:]}{given}"
