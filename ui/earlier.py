"""The `compare` parameter: an earlier window as long as the page's own, and how to name it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from query.model.window import NS_PER_S, Window
from ui.errors import BadParameter
from ui.formats import plural

_WRITTEN = re.compile(r"^-([1-9]\d{0,3})([mhdw])$")
_UNITS = {
    "m": (60 * NS_PER_S, "minute"),
    "h": (3_600 * NS_PER_S, "hour"),
    "d": (86_400 * NS_PER_S, "day"),
    "w": (604_800 * NS_PER_S, "week"),
}
_CHOICES = ("-15m", "-1h", "-1d", "-7d")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier window.

    Attributes:
        written: The parameter as written.
        words: How long before the page's window it is: `1 hour`.
        window: What to ask about.
    """

    written: str
    words: str
    window: Window


def read_earlier(text: str | None, window: Window) -> Earlier | None:
    """The window to compare with; None when none is asked for.

    Windows never overlap: an offset shorter than the window counts as the window's own length.

    Raises:
        BadParameter: The text is no offset.
    """
    if not text:
        return None
    written = _WRITTEN.match(text)
    if not written:
        raise BadParameter(f"compare is {text[:20]!r}, but must be an offset like -15m, -1h, -1d or -7d.")
    length_ns = window.end_ns - window.start_ns
    unit_ns, unit = _UNITS[written[2]]
    offset_ns, words = int(written[1]) * unit_ns, plural(int(written[1]), unit)
    if offset_ns < length_ns:
        offset_ns, words = length_ns, "one window"
    if offset_ns > window.start_ns:
        raise BadParameter(f"compare is {text!r}, which is before the beginning of time.")
    return Earlier(text, words, Window(window.start_ns - offset_ns, window.end_ns - offset_ns))


def choices(window: Window) -> list[Earlier]:
    """The offsets to offer: those that are at least as long as the window."""
    found = (read_earlier(text, window) for text in _CHOICES)
    return [one for one in found if one and one.words != "one window"]
