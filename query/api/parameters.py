"""Query parameters that several routes share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Query

from query.model.window import Window, parse_window

ClockNs = Callable[[], int]

_WHEN = "RFC 3339 (`2026-11-22T16:50:00Z`), Unix seconds, or relative to now (`-15m`, `-24h`)."

Start = Annotated[
    str | None,
    Query(description=f"Start of the window: {_WHEN} Default: 15 minutes before `end`.", max_length=100),
]
End = Annotated[str | None, Query(description=f"End of the window: {_WHEN} Default: now.", max_length=100)]
Name = Annotated[str | None, Query(max_length=1000)]


def window_parameter(clock_ns: ClockNs) -> Callable[[Start, End], Window]:
    """A dependency that reads `start` and `end`; raises `WindowError` for what it cannot read."""

    def window(start: Start = None, end: End = None) -> Window:
        return parse_window(start, end, clock_ns())

    return window
