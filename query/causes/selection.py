"""What was selected on a link's heatmap, in words a person can put into a URL. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from query.model.cause import Asked, What
from query.model.search import SearchError
from query.model.window import Window

NS_PER_MS = 1_000_000
# Longer than any span can be.
NO_LIMIT_NS = 2**63


@dataclass(frozen=True, slots=True)
class Selection:
    """Calls for which all of it holds.

    Attributes:
        what: `slow`: at or above the window's p95. `failing`: the call failed. None: neither is asked.
        window: When they started; None for the whole window.
        min_duration_ms: At least so long, as the caller felt it (as the callee did, where it was not seen).
        max_duration_ms: Shorter than this.
    """

    what: What | None = None
    window: Window | None = None
    min_duration_ms: float | None = None
    max_duration_ms: float | None = None

    def __post_init__(self) -> None:
        least, most = self.min_duration_ms, self.max_duration_ms
        if least is not None and most is not None and least >= most:
            raise SearchError("min_duration_ms must be below max_duration_ms")

    @property
    def everything(self) -> bool:
        """Whether nothing is selected against the rest."""
        return self == Selection()


@dataclass(frozen=True, slots=True)
class Bounds:
    """A selection as numbers: Unix nanoseconds and nanoseconds, half open."""

    start_ns: int
    end_ns: int
    min_duration_ns: int
    max_duration_ns: int
    failing: bool


def bounds_of(selection: Selection, window: Window, p95_ns: float) -> Bounds:
    """What a selection means in one window of a link.

    Raises:
        SearchError: The selected time lies outside the window.
    """
    chosen = selection.window or window
    start_ns, end_ns = max(chosen.start_ns, window.start_ns), min(chosen.end_ns, window.end_ns)
    if start_ns >= end_ns:
        raise SearchError("the selected time lies outside the window")
    least_ns = round((selection.min_duration_ms or 0.0) * NS_PER_MS)
    if selection.what == "slow":
        least_ns = max(least_ns, round(p95_ns))
    most_ms = selection.max_duration_ms
    return Bounds(
        start_ns=start_ns,
        end_ns=end_ns,
        min_duration_ns=min(least_ns, NO_LIMIT_NS),
        max_duration_ns=NO_LIMIT_NS if most_ms is None else min(round(most_ms * NS_PER_MS), NO_LIMIT_NS),
        failing=selection.what == "failing",
    )


def asked(selection: Selection, bounds: Bounds) -> Asked:
    """The selection as the answer repeats it, with what `slow` came to mean."""
    found = Window(bounds.start_ns, bounds.end_ns)
    most_ns = bounds.max_duration_ns
    return Asked(
        what=selection.what,
        start=found.start,
        end=found.end,
        min_duration_ms=bounds.min_duration_ns / NS_PER_MS,
        max_duration_ms=None if most_ns >= NO_LIMIT_NS else most_ns / NS_PER_MS,
    )
