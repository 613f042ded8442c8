"""Reads a page as a browser would and lists everything in it that could run or fetch."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# What our templates write: numbers into custom properties and a few lengths.
_STYLE = re.compile(r"(?:-{0,2}[a-z0-9-]+:\s?-?[\d.e-]+(?:px|%)?;?)+")
# What turns the rest of a line around, or moves a terminal's cursor.
UNSEEN = frozenset("\u202e\u2028\u2029\u0000\u0007\u001b")
_FOREIGN = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//|\\)", re.IGNORECASE)


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.problems.append("inline script")
        if tag in ("iframe", "object", "embed", "base", "img"):
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on"):
                self.problems.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and _FOREIGN.match(value or ""):
                self.problems.append(f"{tag} {name}={value}")
            if name == "style" and not _STYLE.fullmatch(value or ""):
                self.problems.append(f"style {value}")


def problems_in(html: str) -> list[str]:
    """Inline scripts, handlers, foreign addresses and styles that are more than numbers."""
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.problems
