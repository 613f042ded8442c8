"""What a search found, as a sentence; and what to relax when it found nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from query.model.trace import TracePage
from ui.formats import count, duration, plural
from ui.search.form import Condition, SearchForm


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The condition that keeps most traces out: without it `traces` would be found (`more`: at least)."""

    condition: Condition
    traces: int
    more: bool


def search_sentence(page: TracePage, form: SearchForm, phrase: str) -> str:
    """Sums up a result.

    Args:
        page: What was found.
        form: What was asked.
        phrase: The window in words, such as "last 15 minutes".
    """
    if not page.traces:
        what = "No trace" if form.is_empty else "No trace matches"
        return f"{what} ({phrase})."
    number = len(page.traces)
    slowest = max(trace.duration_ms for trace in page.traces)
    failed = sum(trace.error_count > 0 for trace in page.traces)
    errors = "none has errors" if not failed else f"{count(failed)} {'has' if failed == 1 else 'have'} errors"
    matching = "" if form.is_empty else " that match" if number > 1 else " that matches"
    if page.next_cursor or form.cursor:
        opening = f"{count(number)} of the {form.sort} traces{matching}"
    else:
        opening = f"{plural(number, 'trace')}{matching}, {form.sort} first"
    if number == 1:
        return f"{opening.partition(',')[0]} ({phrase}): it took {duration(slowest)}."
    return f"{opening} ({phrase}): the slowest took {duration(slowest)}, {errors}."


def strongest_exclusion(relaxed: Sequence[tuple[Condition, TracePage]]) -> Exclusion | None:
    """Which condition, dropped alone, lets most traces in; None when dropping any one changes nothing."""
    found = [
        Exclusion(condition, len(page.traces), page.next_cursor is not None)
        for condition, page in relaxed
        if page.traces
    ]
    return max(found, key=lambda one: (one.traces, one.more), default=None)
