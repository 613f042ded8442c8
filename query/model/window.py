"""A half-open span of time that a question is asked about.

Owns parsing of what people write in `start` and `end`. Reads no clock: callers pass `now`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

NS_PER_S = 1_000_000_000
DEFAULT_LENGTH_NS = 15 * 60 * NS_PER_S
# Timestamps are stored as signed 64-bit nanoseconds; DateTime bounds of the time bucket end in 2106.
MAX_NS = 4_294_967_295 * NS_PER_S

_RELATIVE = re.compile(r"^(?:now(?=[+-]))?([+-]?)(\d{1,9})(ms|s|m|h|d|w)$", re.ASCII)
_UNIT_NS = {
    "ms": 1_000_000,
    "s": NS_PER_S,
    "m": 60 * NS_PER_S,
    "h": 3_600 * NS_PER_S,
    "d": 86_400 * NS_PER_S,
    "w": 604_800 * NS_PER_S,
}
# A plus in a URL that was not written as %2B is read as a space: `16:50:00 02:00`.
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)
_UNIX = re.compile(r"^\d{1,12}(\.\d{1,9})?$", re.ASCII)


class WindowError(ValueError):
    """A time or window that cannot be understood; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Window:
    """`[start_ns, end_ns)` in Unix nanoseconds."""

    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        """Length in seconds, never zero."""
        return max((self.end_ns - self.start_ns) / NS_PER_S, 1e-9)

    @property
    def start(self) -> str:
        """Start as RFC 3339 in UTC."""
        return rfc3339(self.start_ns)

    @property
    def end(self) -> str:
        """End as RFC 3339 in UTC."""
        return rfc3339(self.end_ns)


def rfc3339(time_ns: int) -> str:
    """Formats Unix nanoseconds as RFC 3339 in UTC with microseconds (2026-11-22T16:50:00.123456Z)."""
    seconds, rest_ns = divmod(time_ns, NS_PER_S)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns // 1000:06d}Z"


def parse_time(text: str, now_ns: int) -> int:
    """Reads a time as people write it.

    Args:
        text: RFC 3339 (`2026-11-22T16:50:00Z`), Unix seconds (`1795366200.5`), `now`, or relative to
            now (`-15m`, `now-24h`; units ms, s, m, h, d, w).
        now_ns: The current time, Unix nanoseconds.

    Returns:
        Unix nanoseconds, between 0 and `MAX_NS`.

    Raises:
        WindowError: The text is none of these.
    """
    text = text.strip()
    if text == "now":
        return now_ns
    if relative := _RELATIVE.match(text):
        sign, count, unit = relative.groups()
        offset_ns = int(count) * _UNIT_NS[unit]
        return _clamped(now_ns + offset_ns if sign == "+" else now_ns - offset_ns)
    if _UNIX.match(text):
        whole, _, fraction = text.partition(".")
        return _clamped(int(whole) * NS_PER_S + int(fraction.ljust(9, "0") or 0))
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
    except ValueError:
        raise WindowError(
            f"{text[:80]!r} is not a time: use RFC 3339 (2026-11-22T16:50:00Z), "
            "Unix seconds or relative (-15m)"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole_seconds = int(moment.replace(microsecond=0).timestamp())
    return _clamped(whole_seconds * NS_PER_S + moment.microsecond * 1000)


def parse_window(start: str | None, end: str | None, now_ns: int) -> Window:
    """Reads `start` and `end` parameters; the default is the last 15 minutes.

    Times relative to now count from the next whole second: the same asked twice in a second is one window.

    Raises:
        WindowError: A time cannot be read, or the window is empty or reversed.
    """
    now_ns = -(-now_ns // NS_PER_S) * NS_PER_S
    end_ns = parse_time(end, now_ns) if end else now_ns
    start_ns = parse_time(start, now_ns) if start else max(0, end_ns - DEFAULT_LENGTH_NS)
    if start_ns >= end_ns:
        raise WindowError("start must be before end")
    return Window(start_ns, end_ns)


def _clamped(time_ns: int) -> int:
    return min(max(time_ns, 0), MAX_NS)


# Steps people can read off a clock, in seconds.
_ROUND_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400)
MAX_STEPS = 120


def step_seconds(window: Window) -> int:
    """The length of a time series' steps: the shortest round one that makes at most `MAX_STEPS` of them."""
    shortest = window.seconds / MAX_STEPS
    found = next((step for step in _ROUND_STEPS if step >= shortest), None)
    return found or 86_400 * int(-(-shortest // 86_400))
