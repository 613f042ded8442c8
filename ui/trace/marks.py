"""Marks beside a span's name: missing parent, late, skewed, inferred, or any other warning, in words.

Pure. The query side writes warnings as sentences; a mark is the short form, the sentence is its hover text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.formats import duration

_SHORT = (
    ("circle", "circle"),
    ("same id", "duplicate"),
    ("duplicate", "duplicate"),
    ("parent", "no parent"),
    ("late", "late"),
    ("after the rest", "late"),
    ("skew", "skewed"),
    ("clock", "skewed"),
    ("inferred", "inferred"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A short word and the sentence behind it."""

    word: str
    detail: str


def span_marks(missing_parent: str, skew_ms: float, warnings: Sequence[str]) -> list[Mark]:
    """Marks of one span, each word at most once.

    Args:
        missing_parent: The parent it names and which is not in the trace; empty if there is none such.
        skew_ms: What was added to its times for display.
        warnings: Its warnings.
    """
    marks: dict[str, str] = {}
    if missing_parent:
        marks["no parent"] = f"names parent {missing_parent}, which has not arrived"
    if skew_ms:
        sign = "+" if skew_ms > 0 else "−"
        marks["skewed"] = f"its clock was off: moved by {sign}{duration(abs(skew_ms))} for display"
    for warning in warnings:
        lowered = warning.lower()
        word = next((short for part, short in _SHORT if part in lowered), "note")
        marks.setdefault(word, warning)
    return [Mark(word, detail) for word, detail in marks.items()]
