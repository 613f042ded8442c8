"""How finely the past can still be cut: spans are kept one by one for a day, minutes for a week. Pure."""

from __future__ import annotations

from query.model.window import NS_PER_S, Window
from storage.slots import HOUR, MINUTE

# link_spans keeps spans for 25 hours after their arrival, service_figures minutes for 192 hours.
SINGLE_SPANS_SECONDS = 24 * HOUR
MINUTES_SECONDS = 190 * HOUR


def finest_seconds(time_ns: int, now_ns: int) -> int:
    """The shortest slot that is kept of this time; 1 where spans are kept one by one."""
    age_seconds = (now_ns - time_ns) / NS_PER_S
    if age_seconds > MINUTES_SECONDS:
        return HOUR
    return MINUTE if age_seconds > SINGLE_SPANS_SECONDS else 1


def widened(window: Window, now_ns: int) -> Window:
    """The window with ends that are too old for its precision moved out to whole minutes or hours."""
    start_ns, end_ns = window.start_ns, window.end_ns
    if (seconds := finest_seconds(start_ns, now_ns)) > 1:
        start_ns = start_ns // (seconds * NS_PER_S) * seconds * NS_PER_S
    if (seconds := finest_seconds(end_ns, now_ns)) > 1:
        end_ns = -(-end_ns // (seconds * NS_PER_S)) * seconds * NS_PER_S
    return Window(start_ns, end_ns)
