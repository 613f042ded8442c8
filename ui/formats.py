"""How figures read: three significant digits at most, and always a unit.

Pure text in, text out; the templates use these as filters and the charts for their hover texts. Nothing
here knows HTML.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

NS_PER_S = 1_000_000_000
_MS_UNITS = ((1e-6, "ns"), (1e-3, "µs"), (1.0, "ms"), (1e3, "s"), (6e4, "min"), (3.6e6, "h"), (8.64e7, "d"))
_AGES = ((1, "s", 60), (60, "min", 60), (3600, "h", 24), (86_400, "d", 10**9))
NO_FIGURE = "–"
MOST_NAMED = 60
# Control characters but tab and line breaks; marks, embeddings, overrides and isolates of direction (Unicode
# Standard Annex 9, table 4), with which a name could write the rest of a page's line backwards.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def duration(ms: float | None) -> str:
    """A duration with the unit that keeps one to three digits before the point: `812 ms`, `1.24 s`.

    Args:
        ms: Milliseconds; None (never observed) reads as a dash.
    """
    if ms is None:
        return NO_FIGURE
    if ms < 0:
        return f"−{duration(-ms)}"
    if ms == 0:
        return "0 ms"
    value = _three_digits(ms)
    size, unit = next((pair for pair in reversed(_MS_UNITS) if value >= pair[0]), _MS_UNITS[0])
    # 999.6 ms rounds to 1000 ms: the unit is chosen after rounding, and rounding is done in that unit.
    return f"{_fixed(ms / size)} {unit}"


def rate(per_second: float) -> str:
    """Calls over time: `4.1/s`, `1,240/s`; below one in ten seconds per minute or per hour."""
    if per_second <= 0:
        return "0/s"
    for factor, unit in ((1, "s"), (60, "min")):
        if per_second * factor >= 0.1:
            return f"{_trimmed(per_second * factor)}/{unit}"
    return f"{_trimmed(per_second * 3600)}/h"


def percent(share: float) -> str:
    """A share of one as per cent: `0.97 %`. Only nothing reads `0 %` and only all reads `100 %`."""
    if share <= 0:
        return "0 %"
    if share >= 1:
        return "100 %"
    if share < 0.0001:
        return "< 0.01 %"
    if share > 0.999:
        return "> 99.9 %"
    return f"{_trimmed(share * 100)} %"


def count(number: int) -> str:
    """A whole number with thousands marked: `41,203`."""
    return f"{number:,}"


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """A count with its noun: `1 call`, `1,240 calls`."""
    return f"{count(number)} {noun if number == 1 else nouns or noun + 's'}"


def multiple(ratio: float) -> str:
    """How many times: `5.1×`, `1.0×`, `38×`."""
    return f"{ratio:.1f}×" if ratio < 9.95 else f"{_trimmed(ratio)}×" if ratio >= 100 else f"{ratio:.0f}×"


def age(then_ns: int, now_ns: int) -> str:
    """How long ago: `2 min ago`, `now`, or `in 3 s` for clocks that run ahead."""
    seconds = abs(now_ns - then_ns) // NS_PER_S
    if seconds == 0:
        return "now"
    for size, unit, limit in _AGES:
        if seconds < size * limit:
            text = f"{seconds // size} {unit}"
            return f"{text} ago" if now_ns > then_ns else f"in {text}"
    raise AssertionError("unreachable: the last unit has no limit")


def clock(time_ns: int) -> str:
    """Hours and minutes in UTC: `14:32`."""
    return f"{_moment(time_ns):%H:%M}"


def absolute(time_ns: int) -> str:
    """The full moment with its zone: `2026-11-22 16:50:00.123 UTC`."""
    milliseconds = time_ns % NS_PER_S // 1_000_000
    return f"{_moment(time_ns):%Y-%m-%d %H:%M:%S}.{milliseconds:03d} UTC"


def shortened(text: str, length: int) -> str:
    """Keeps both ends of a long name, since names of one system differ at either: `payment…-eu-west`.

    Args:
        text: Any name.
        length: The most characters to keep, at least 3.
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 3
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


def named(name: str) -> str:
    """A name that a sender chose, as it stands in a sentence: at most `MOST_NAMED` characters of it."""
    return shortened(name, MOST_NAMED)


def visible(text: str) -> str:
    r"""The text with every character to be seen.

    Control characters, and those that turn the direction of what follows, are written as `\u202e`; line
    breaks and tabs stay.
    """
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _moment(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns // NS_PER_S, UTC)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _fixed(value: float) -> str:
    """Three significant digits, zeros kept so that columns line up."""
    value = _three_digits(value)
    if value >= 1000:
        return f"{value:,.0f}"
    before_point = max(1, math.floor(math.log10(value)) + 1) if value > 0 else 1
    return f"{value:.{max(0, 3 - before_point)}f}"


def _trimmed(value: float) -> str:
    """At most three significant digits and two decimals, trailing zeros dropped."""
    rounded = _three_digits(value)
    if rounded >= 100:
        return f"{value:,.0f}"
    text = f"{rounded:.{1 if rounded >= 10 else 2}f}".rstrip("0").rstrip(".")
    return text if text != "0" else f"{rounded:.1g}"
