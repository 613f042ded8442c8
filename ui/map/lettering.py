"""How wide text will be, guessed without a browser, so that names are shortened before they leave their node.

Pure. Widths are for common sans-serif fonts at their wider end: a name may end early, never late.
"""

from __future__ import annotations

import unicodedata

from ui.formats import shortened

_NARROW = frozenset("iljtfrI.,:;|!'`()[]{} -/\\·")
_LEAST_EM = 0.4
_WIDE = frozenset("mwMW@%—")


def text_width(text: str, font_px: float) -> float:
    """The width of one line in map units."""
    return sum(_em(character) for character in text) * font_px


def fitted(text: str, width: float, font_px: float) -> str:
    """The text, shortened in its middle until it fits."""
    # No more characters than that are of use, however long the name: narrow ones are `_LEAST_EM` wide.
    length = min(len(text), int(width / (_LEAST_EM * font_px)) + 4)
    short = shortened(text, length)
    while length > 3 and text_width(short, font_px) > width:
        length -= 1
        short = shortened(text, length)
    return short


def _em(character: str) -> float:
    if character in _NARROW:
        return _LEAST_EM
    if character in _WIDE:
        return 0.98
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character.isupper():
        return 0.75
    return 0.645
