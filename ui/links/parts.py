"""Parts of a link's page that read single calls: what tells a selection from the rest, and who waits for it.

They cost more than the page, so the page leaves a place for them that static/link.js fills from
`/links/{caller}/{callee}/selection` and `…/around`. With `select` or `around` in its URL the page brings them
along, so that each is a plain link too.
"""

from __future__ import annotations

import shlex
from typing import Any

from fastapi import Request
from starlette.responses import Response

from query.model.cause import CalleeProcesses, ProcessAttribute
from query.model.link import LinkDetail
from ui.errors import NotFound
from ui.links.selected import Selected, read_selected, selection_sentence
from ui.paths import link_path
from ui.rendering import Pages
from ui.time_range import TimeRange, url

CALLS_LISTED = 10
DIFFERENCES_SHOWN = 10
CALLERS_SHOWN = 12
VALUES_SHOWN = 8


class LinkParts:
    """Makes the parts, alone or for the page they belong to."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._made = {"selection": self.selection, "around": self.around}

    def answer(self, request: Request, caller: str, callee: str, part: str) -> Response:
        """One part alone.

        Raises:
            NotFound: There is no such part, or the link had no calls.
        """
        if part not in self._made:
            raise NotFound("There is no page at this address.")
        time_range = self._pages.time_range(request)
        context = self._made[part](request, caller, callee, time_range)
        return self._pages.renderer.page(request, f"link_{part}.html", time_range, **context)

    def selection(self, request: Request, caller: str, callee: str, time_range: TimeRange) -> dict[str, Any]:
        """What the part about the selection is filled with."""
        selected = read_selected(request.query_params.get, "slow", time_range.window, time_range.now_ns)
        found = self._pages.questions.causes.selection(
            caller, callee, time_range.window, selected.selection, limit=CALLS_LISTED
        )
        if found is None:
            raise NotFound(f"No calls from {caller} to {callee} ({time_range.phrase}).")
        return {
            "found": found,
            "words": selected.words,
            "answer": selection_sentence(found, selected.words, callee, caller),
            "differences": found.differences[:DIFFERENCES_SHOWN],
            "who": {"caller": caller, "callee": callee},
            "selection_api": _api_call(request, caller, callee, time_range, "selection", _asked(selected)),
        }

    def around(self, request: Request, caller: str, callee: str, time_range: TimeRange) -> dict[str, Any]:
        """What the part about callers, processes and the critical path is filled with."""
        window, causes = time_range.window, self._pages.questions.causes
        callers = causes.callers(caller, callee, window)
        if callers is None:
            raise NotFound(f"No calls from {caller} to {callee} ({time_range.phrase}).")
        processes = causes.processes(caller, callee, window)
        path = causes.link_path(caller, callee, window)
        return {
            "caller": caller,
            "callee": callee,
            "callers": callers.callers[:CALLERS_SHOWN],
            "more_callers": max(0, len(callers.callers) - CALLERS_SHOWN),
            "path": path,
            **process_context(processes),
        }


def process_context(found: CalleeProcesses | None) -> dict[str, Any]:
    """What `processes.html` is filled with; a service's page shows it too."""
    attributes = found.attributes if found else []
    return {
        "same_for_all": [one for one in attributes if _tells_nothing(one)],
        "processes": [one for one in attributes if not _tells_nothing(one)],
        "values_shown": VALUES_SHOWN,
        "looked": found.looked if found else None,
        "slowest_ms": max((value.p95_ms for one in attributes for value in one.values), default=0.0),
    }


def link_api_call(request: Request, detail: LinkDetail, time_range: TimeRange) -> str:
    """A shell command that fetches the link's page as JSON."""
    return _api_call(request, detail.link.caller, detail.link.callee, time_range, "", {})


def _api_call(
    request: Request,
    caller: str,
    callee: str,
    time_range: TimeRange,
    part: str,
    parameters: dict[str, str],
) -> str:
    path = f"/api/v1{link_path(caller, callee)}{'/' if part else ''}{part}"
    query = {**parameters, "start": time_range.start, "end": time_range.end}
    return f"curl {shlex.quote(f'{request.url.scheme}://{request.url.netloc}{url(path, **query)}')}"


def _asked(selected: Selected) -> dict[str, str]:
    return selected.written or {"select": selected.selection.what or ""}


def _tells_nothing(attribute: ProcessAttribute) -> bool:
    return len(attribute.values) == 1
