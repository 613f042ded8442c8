"""The one time control: what `start` and `end` in a URL mean, and the URLs beside it.

Pure: takes the query string and the clock's reading. Every page shows the same window for the same words,
and every link a page prints carries them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from query.model.window import DEFAULT_LENGTH_NS, MAX_NS, NS_PER_S, Window, parse_window
from ui.formats import absolute, clock, plural

PRESETS = (
    ("-5m", "Last 5 minutes"),
    ("-15m", "Last 15 minutes"),
    ("-30m", "Last 30 minutes"),
    ("-1h", "Last hour"),
    ("-3h", "Last 3 hours"),
    ("-6h", "Last 6 hours"),
    ("-24h", "Last 24 hours"),
    ("-7d", "Last 7 days"),
)
DEFAULT_START = "-15m"
REFRESH_SECONDS = (5, 10, 30, 60)
_UNIT_NAMES = {
    "ms": "millisecond",
    "s": "second",
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
}
_DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Preset:
    """One relative window to choose from."""

    start: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The window of a page, with the words that chose it.

    Attributes:
        window: What is asked of the query side.
        start: The `start` parameter as written, empty for the default.
        end: The `end` parameter as written, empty for now.
        now_ns: When the page was made; relative times on it count from here.
        refresh_seconds: How often the page renews itself; 0 for never.
    """

    window: Window
    start: str
    end: str
    now_ns: int
    refresh_seconds: int = 0

    @property
    def relative(self) -> bool:
        """Whether the window moves with the clock."""
        return self.end in ("", "now") and (self.start or DEFAULT_START).startswith("-")

    @property
    def label(self) -> str:
        """The window in words: `Last 15 minutes` or `14:00 – 14:15 UTC`."""
        start = self.start or DEFAULT_START
        if self.relative:
            return dict(PRESETS).get(start) or _last(start)
        return _between(self.window.start_ns, self.window.end_ns)

    @property
    def phrase(self) -> str:
        """The window inside a sentence: `last 15 minutes`, `14:00 – 14:15 UTC`."""
        return self.label[0].lower() + self.label[1:]

    @property
    def presets(self) -> list[Preset]:
        """Relative windows to choose from."""
        chosen = (self.start or DEFAULT_START) if self.relative else ""
        return [Preset(start, label, start == chosen) for start, label in PRESETS]

    @property
    def carried(self) -> dict[str, str]:
        """The parameters every link on the page carries on; defaults are left out."""
        written = {"start": self.start, "end": self.end}
        if self.refresh_seconds:
            written["refresh"] = str(self.refresh_seconds)
        return {name: value for name, value in written.items() if value}

    @property
    def earlier(self) -> dict[str, str]:
        """`start` and `end` of the window of the same length just before this one."""
        return self._moved(-1)

    @property
    def later(self) -> dict[str, str] | None:
        """`start` and `end` of the window just after this one; None when that has not begun."""
        if self.relative or self.window.end_ns >= self.now_ns:
            return None
        return self._moved(1)

    @property
    def wider(self) -> dict[str, str]:
        """`start` and `end` of a window about four times as long that ends with this one."""
        wanted_ns = (self.window.end_ns - self.window.start_ns) * 4
        if self.relative:
            for start, _ in PRESETS:
                if self.now_ns - parse_window(start, None, self.now_ns).start_ns >= wanted_ns:
                    return {"start": start, "end": ""}
        return _written(max(0, self.window.end_ns - wanted_ns), self.window.end_ns)

    def _moved(self, steps: int) -> dict[str, str]:
        length_ns = self.window.end_ns - self.window.start_ns
        if self.relative:
            length_ns = max(length_ns // NS_PER_S, 1) * NS_PER_S
        start_ns = min(max(0, self.window.start_ns + steps * length_ns), MAX_NS - length_ns)
        start_ns -= start_ns % NS_PER_S if self.relative else 0
        return _written(start_ns, start_ns + length_ns)


def read_time_range(start: str | None, end: str | None, refresh: str | None, now_ns: int) -> TimeRange:
    """Reads the time control's parameters.

    Raises:
        query.model.window.WindowError: A time cannot be read, or the window is empty or reversed.
    """
    start, end = (start or "").strip(), (end or "").strip()
    seconds = int(refresh) if refresh and refresh.isascii() and refresh.isdigit() and len(refresh) < 6 else 0
    window = parse_window(start or None, end or None, now_ns)
    return TimeRange(window, start, end, now_ns, seconds if seconds in REFRESH_SECONDS else 0)


def url(path: str, **parameters: str | int | float | list[str] | None) -> str:
    """A path with a query string; None and empty values are left out, `#fragment` of the path stays last."""
    path, _, fragment = path.partition("#")
    pairs = [
        (name, str(item))
        for name, value in parameters.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None and item != ""
    ]
    query = urlencode(pairs, quote_via=quote, safe=":")
    return f"{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"


def _last(start: str) -> str:
    """A relative start that is no preset, in words: `Last 90 minutes`."""
    unit = start.lstrip("-0123456789")
    number = int(start[1 : len(start) - len(unit)])
    return f"Last {plural(number, _UNIT_NAMES[unit])}"


def _written(start_ns: int, end_ns: int) -> dict[str, str]:
    """Bounds as a person would write them: whole seconds when they are whole."""
    return {"start": _moment_text(start_ns), "end": _moment_text(end_ns)}


def _moment_text(time_ns: int) -> str:
    text = Window(time_ns, time_ns + 1).start
    return text.replace(".000000Z", "Z")


def _between(start_ns: int, end_ns: int) -> str:
    same_day = start_ns // _DAY_NS == end_ns // _DAY_NS
    short = end_ns - start_ns < 2 * DEFAULT_LENGTH_NS and (
        start_ns % (60 * NS_PER_S) or end_ns % (60 * NS_PER_S)
    )
    first, last = absolute(start_ns), absolute(end_ns)
    if not same_day:
        return f"{first[:16]} – {last[:16]} UTC"
    if short:
        return f"{first[:19]} – {last[11:19]} UTC"
    return f"{first[:10]} {clock(start_ns)} – {clock(end_ns)} UTC"
