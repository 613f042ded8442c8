"""What explains a link: parts of `/api/v1/links/{caller}/{callee}`, and `/api/v1/critical-path`."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope

from query.api import cause_examples
from query.api.examples import answer
from query.api.json_response import JsonResponse
from query.api.parameters import ClockNs, Name, window_parameter
from query.api.route import ApiRoute, NotFound
from query.causes.path_ranking import ranked
from query.causes.selection import Selection
from query.model.cause import CallSort, What
from query.model.window import Window, parse_time
from query.service import QueryService

LINKS = "/api/v1/links/"
NAME_PARTS = 3
MISSING_LINK = "no calls over this link in the window"
# More than any installation has, so that every link has its impact.
ALL_LINKS = 100_000

Milliseconds = Annotated[float | None, Query(ge=0, le=1e12, allow_inf_nan=False)]
When = Annotated[str | None, Query(max_length=100)]


class LinkPartRoute(ApiRoute):
    """A route whose path is a caller, a callee and a word; a slash in a name is sent as `%2F`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Only what has three parts as it was sent: the path that is matched is already decoded."""
        found, inner = super().matches(scope)
        if found is not Match.NONE and scope["path"].startswith(LINKS) and len(_parts(scope)) != NAME_PARTS:
            return Match.NONE, {}
        return found, inner


def causes_router(questions: QueryService, clock_ns: ClockNs) -> APIRouter:
    """Routes that ask `questions.causes`."""
    router = APIRouter(route_class=LinkPartRoute, tags=["links"])
    in_window = Depends(window_parameter(clock_ns))
    of_link = "/api/v1/links/{caller:path}/{callee:path}"

    @router.get(
        f"{of_link}/heatmap",
        summary="When calls were how slow",
        responses=answer(cause_examples.HEATMAP, missing=MISSING_LINK),
    )
    def heatmap(request: Request, caller: str, callee: str, window: Window = in_window) -> JsonResponse:
        """Calls per slot of time and range of durations (as the caller felt them), errors per slot."""
        names = _names(request)
        return _found(questions.causes.heatmap(*names, window), names)

    @router.get(
        f"{of_link}/selection",
        summary="What some calls have in common",
        responses=answer(cause_examples.SELECTION, missing=MISSING_LINK),
    )
    def selection(
        request: Request,
        caller: str,
        callee: str,
        window: Window = in_window,
        select: Annotated[
            What | None,
            Query(description="`slow`: at or above the window's p95; `failing`: calls that failed."),
        ] = None,
        selected_start: When = None,
        selected_end: When = None,
        min_duration_ms: Milliseconds = None,
        max_duration_ms: Milliseconds = None,
        sort: Annotated[CallSort, Query(description="Order of the calls that are listed.")] = "slowest",
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
    ) -> JsonResponse:
        """The selected calls, and the attribute values they have more often than the window's other calls.

        Calls are compared by a sample of up to 1,000 on each side; `looked_at` says of how many.
        """
        names = _names(request)
        now_ns = clock_ns()
        chosen = Selection(
            what=select,
            window=_part(window, selected_start, selected_end, now_ns),
            min_duration_ms=min_duration_ms,
            max_duration_ms=max_duration_ms,
        )
        found = questions.causes.selection(*names, window, chosen, sort=sort, limit=limit)
        return _found(found, names)

    @router.get(
        f"{of_link}/callers",
        summary="Who else calls what this link calls",
        responses=answer(cause_examples.CALLERS, missing=MISSING_LINK),
    )
    def callers(
        request: Request, caller: str, callee: str, window: Window = in_window, operation: Name = None
    ) -> JsonResponse:
        """Callers of the same operations of the callee, those who wait longest in all first."""
        names = _names(request)
        return _found(questions.causes.callers(*names, window, operation=operation), names)

    @router.get(
        f"{of_link}/processes",
        summary="Calls by instance, version, pod and host",
        responses=answer(cause_examples.PROCESSES, missing=MISSING_LINK),
    )
    def processes(request: Request, caller: str, callee: str, window: Window = in_window) -> JsonResponse:
        """Calls, errors and p95 per process of the callee, as its resource tells, from up to 1,000 calls."""
        names = _names(request)
        return _found(questions.causes.processes(*names, window), names)

    @router.get(
        f"{of_link}/critical-path",
        summary="How much of all waiting is this link",
        responses=answer(cause_examples.LINK_PATH, missing=MISSING_LINK),
    )
    def link_path(request: Request, caller: str, callee: str, window: Window = in_window) -> JsonResponse:
        """The link's share of the critical paths of 500 traces, and of those of up to 1,000 of its calls."""
        names = _names(request)
        return _found(questions.causes.link_path(*names, window), names)

    @router.get(
        "/api/v1/critical-path",
        summary="Links by their share of critical paths",
        responses=answer(cause_examples.CRITICAL_PATHS),
    )
    def critical_path(
        window: Window = in_window,
        rank: Annotated[
            Literal["share", "impact"],
            Query(description="`share` of the critical paths, or `impact`: calls × p95 above the baseline."),
        ] = "share",
        limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    ) -> JsonResponse:
        """What end-to-end time is spent in, from the critical paths of up to 500 traces of the window."""
        links = questions.links.list(window, sort="impact", limit=ALL_LINKS).links
        return JsonResponse(ranked(questions.causes.critical_paths(window), links, rank, limit))

    return router


def _part(window: Window, start: str | None, end: str | None, now_ns: int) -> Window | None:
    """The selected part of a window; bounds that are not given are the window's."""
    if not start and not end:
        return None
    return Window(
        parse_time(start, now_ns) if start else window.start_ns,
        parse_time(end, now_ns) if end else window.end_ns,
    )


def _parts(scope: Scope) -> list[str]:
    path: str = scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    return path[path.index(LINKS) + len(LINKS) :].split("/") if LINKS in path else []


def _names(request: Request) -> tuple[str, str]:
    caller, callee, _ = _parts(request.scope)
    return unquote(caller), unquote(callee)


def _found(found: object | None, names: tuple[str, str]) -> JsonResponse:
    if found is None:
        caller, callee = names
        raise NotFound(f"no calls from {caller[:200]!r} to {callee[:200]!r} in this window")
    return JsonResponse(found)
