"""Numbers and hostile text as a terminal shows them. Pure."""

from __future__ import annotations

from rich.text import Text

from spanhouse.logs import escaped

STATUS_STYLES = {"slow": "bold red", "failing": "bold red", "quiet": "dim", "ok": ""}


def duration(milliseconds: float | None) -> str:
    """Three significant digits with the unit that keeps 1–3 digits before the point; – for None."""
    if milliseconds is None:
        return "–"
    value, unit = milliseconds, "ms"
    if milliseconds < 1:
        value, unit = milliseconds * 1000, "µs"
    elif milliseconds >= 60_000:
        value, unit = milliseconds / 60_000, "min"
    elif milliseconds >= 1000:
        value, unit = milliseconds / 1000, "s"
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f} {unit}"


def percent(share: float) -> str:
    """A share of one as percent; what is not zero never looks like zero."""
    value = share * 100
    if 0 < value < 0.01:
        return "<0.01 %"
    return f"{value:.2f} %" if 0 < value < 10 else f"{value:.0f} %"


def plain(text: str, style: str = "") -> Text:
    """Text from a span: no markup, no control characters."""
    return Text(escaped(text), style=style)
