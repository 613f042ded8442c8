"""Search results as points: when they started across, how long they took up, on a log scale.

Pure. Coordinates are those of the drawing in templates/search_scatter.html; every point lies within it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from query.model.trace import TraceSummary
from query.model.window import NS_PER_S, Window, parse_time
from ui.formats import absolute, clock, duration
from ui.palette import hue_class

WIDTH = 1200
HEIGHT = 150
LEFT = 64
RIGHT = 12
TOP = 10
BOTTOM = 22
_MAX_RADIUS = 9.0
_LEAST_AXIS_NS = 5 * NS_PER_S
_TIME_STEPS_S = (1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 86_400, 604_800)


@dataclass(frozen=True, slots=True)
class Point:
    """One trace; radius grows with its number of spans."""

    trace: TraceSummary
    x: float
    y: float
    radius: float
    hue: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points and both axes."""

    points: list[Point]
    time_ticks: list[Tick]
    duration_ticks: list[Tick]


def build_scatter(traces: Sequence[TraceSummary], window: Window) -> Scatter:
    """Places traces; the largest are drawn first so that small ones stay clickable."""
    window = _occupied(traces, window)
    low, high = _decades([trace.duration_ms for trace in traces])
    points = [_point(trace, window, low, high) for trace in traces]
    points.sort(key=lambda point: -point.radius)
    ticks = [Tick(_y(10.0**power, low, high), duration(10.0**power)) for power in range(low, high + 1)]
    return Scatter(points, _time_ticks(window), ticks)


def _occupied(traces: Sequence[TraceSummary], window: Window) -> Window:
    """The part of the window with traces when that is less than a quarter, as for the newest fifty."""
    starts = [parse_time(trace.start, window.end_ns) for trace in traces]
    first, last = max(min(starts, default=0), window.start_ns), min(max(starts, default=0), window.end_ns)
    length_ns = max(last - first, _LEAST_AXIS_NS)
    if first > last or length_ns * 4 > window.end_ns - window.start_ns:
        return window
    edge_ns = length_ns // 20
    return Window(max(first - edge_ns, window.start_ns), min(first + length_ns + edge_ns, window.end_ns))


def _decades(durations_ms: Sequence[float]) -> tuple[int, int]:
    """Whole powers of ten, in ms, that enclose all durations."""
    seen = [value for value in durations_ms if value > 0] or [1.0]
    low = math.floor(math.log10(min(seen)))
    return low, max(math.ceil(math.log10(max(seen))), low + 1)


def _point(trace: TraceSummary, window: Window, low: int, high: int) -> Point:
    start_ns = parse_time(trace.start, window.end_ns)
    share = (start_ns - window.start_ns) / max(window.end_ns - window.start_ns, 1)
    x = LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)
    radius = min(3.0 + math.log10(max(trace.span_count, 1)) * 1.5, _MAX_RADIUS)
    y = _y(trace.duration_ms, low, high)
    return Point(trace, round(x, 1), round(y, 1), round(radius, 1), hue_class(trace.root_service))


def _y(duration_ms: float, low: int, high: int) -> float:
    share = 0.0 if duration_ms <= 0 else (math.log10(duration_ms) - low) / (high - low)
    return TOP + (1 - min(max(share, 0.0), 1.0)) * (HEIGHT - TOP - BOTTOM)


def _time_ticks(window: Window) -> list[Tick]:
    """Round moments, at most eight."""
    step_s = next(
        (step for step in _TIME_STEPS_S if window.seconds / step <= 8), math.ceil(window.seconds / 8)
    )
    step_ns = step_s * NS_PER_S
    first = -(-window.start_ns // step_ns) * step_ns
    span_ns = max(window.end_ns - window.start_ns, 1)
    return [
        Tick(
            round(LEFT + (at - window.start_ns) / span_ns * (WIDTH - LEFT - RIGHT), 1),
            clock(at) if step_s >= 60 else absolute(at)[11:19],
        )
        for at in range(first, window.end_ns, step_ns)
    ]
