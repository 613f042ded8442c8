"""What the trace page's URL says: view, open span, collapsed rows, fold, search, clocks, page of rows.

Pure. Anything unreadable falls back to the default: these are ways to look, not questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ui.trace.finding import MAX_QUERY_LENGTH

VIEWS = ("waterfall", "flame", "map")


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """The page's state; field names are the URL's parameter names."""

    view: str = "waterfall"
    span: str = ""
    q: str = ""
    raw: bool = False
    fold: bool = False
    depth: int | None = None
    closed: frozenset[str] = frozenset()
    page: int = 1


def read_trace_request(parameters: Mapping[str, str]) -> TraceRequest:
    """Reads a query string."""
    view = parameters.get("view", "")
    return TraceRequest(
        view=view if view in VIEWS else VIEWS[0],
        span=parameters.get("span", "")[:64],
        q=parameters.get("q", "")[:MAX_QUERY_LENGTH].strip(),
        raw=parameters.get("times") == "raw",
        fold=parameters.get("fold") == "1",
        depth=_number(parameters.get("depth")),
        closed=frozenset(filter(None, parameters.get("closed", "").split(","))),
        page=max(_number(parameters.get("page")) or 1, 1),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else None
