"""Marks beside a span's name: missing parent, late, skewed, inferred, or any other warning, in words.

Pure. The query side writes warnings as sentences; a mark is the short form, the sentence is its hover text.
"""

from __future__ import annotations

from dataclasses import dataclass

from query.model.trace import Span
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


def span_marks(span: Span, *, parent_missing: bool) -> list[Mark]:
    """Marks of one span, each word at most once.

    Args:
        span: The span.
        parent_missing: It names a parent that is not in the trace.
    """
    marks: dict[str, str] = {}
    if parent_missing:
        marks["no parent"] = f"names parent {span.parent_span_id}, which has not arrived"
    if span.skew_ms:
        sign = "+" if span.skew_ms > 0 else "−"
        marks["skewed"] = f"its clock was off: moved by {sign}{duration(abs(span.skew_ms))} for display"
    for warning in span.warnings:
        lowered = warning.lower()
        word = next((short for part, short in _SHORT if part in lowered), "note")
        marks.setdefault(word, warning)
    return [Mark(word, detail) for word, detail in marks.items()]
