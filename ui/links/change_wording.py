"""Two windows in words: on the map, in its sentence and list, and on a link's page. Pure text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from query.model.link import DependencyLink, Percentiles
from ui.formats import NO_FIGURE, duration, multiple, named, percent, plural, rate
from ui.links.change import WORSE_RATIO, LinkChange, OperationChange
from ui.map.wording import Part

_NAMED = 2
_SAME_SHARE = 0.1
_SAME_MS = 0.5


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure of a link in both windows, as text; `notable` when it at least changed by half."""

    label: str
    now: str
    then: str
    difference: str
    notable: bool


def change_sentence(changes: Iterable[LinkChange], words: str) -> list[Part]:
    """The map's second sentence when it is compared.

    Args:
        changes: All links of both windows.
        words: How long ago the earlier window is, `1 hour`.
    """
    every = list(changes)
    if all(change.became == "new" for change in every):
        return [Part(f"No calls {words} earlier to compare with.")]
    worse = worst_changes(every)
    new, gone = (sum(change.became == what for change in every) for what in ("new", "gone"))
    tail = "".join(f", {count} {what}" for count, what in ((new, "new"), (gone, "gone")) if count)
    if not worse:
        return [Part(f"No link got worse than {words} earlier{tail}.")]
    parts = [Part(f"{plural(len(worse), 'link')} got worse than {words} earlier: ")]
    for i, change in enumerate(worse[:_NAMED]):
        link = change.link
        parts += [Part("; " if i else ""), Part(f"{named(link.caller)} → {named(link.callee)}", link)]
        parts.append(Part(f" ({short_change(change)})"))
    more = len(worse) - _NAMED
    parts.append(Part((f" and {more} more" if more > 0 else "") + f"{tail}."))
    return parts


def worst_changes(changes: Iterable[LinkChange]) -> list[LinkChange]:
    """Links that got worse, those whose p95 grew most first."""
    worse = [change for change in changes if change.became == "worse"]
    return sorted(
        worse, key=lambda change: (-(change.p95_ratio or 0), change.link.caller, change.link.callee)
    )


def short_change(change: LinkChange) -> str:
    """What became of a link in a few words: `p95 ×2.3`, `errors 0.5 → 8.2 %`, `new`, or nothing."""
    if change.became in ("new", "gone"):
        return change.became
    if change.now is None or change.then is None or change.became == "same":
        return ""
    ratio = change.p95_ratio
    if change.fails_more and (ratio is None or ratio < WORSE_RATIO):
        return _errors(change.then, change.now)
    if ratio is None or (change.became == "better" and ratio > 1 / WORSE_RATIO):
        return _errors(change.then, change.now)
    return f"p95 {times(ratio)}"


def change_label(change: LinkChange, words: str) -> tuple[str, ...]:
    """The label on a link that got worse, is new or is gone; empty for the rest."""
    if change.became in ("new", "gone"):
        return (change.became,)
    if change.became != "worse" or change.now is None or change.then is None:
        return ()
    ratio = change.p95_ratio
    if ratio is not None and ratio >= WORSE_RATIO:
        return f"p95 {times(ratio)}", f"vs {short_words(words)}"
    return f"{percent(change.now.error_rate)} err.", f"was {percent(change.then.error_rate)}"


def change_note(change: LinkChange, words: str) -> str:
    """What is added to a link's description, with a blank before; empty when nothing became of it."""
    if change.became == "new":
        return f" New: no calls {words} earlier."
    if change.became == "gone":
        return f" Gone: calls only {words} earlier."
    said = short_change(change)
    return f" {change.became.capitalize()} than {words} earlier: {said}." if said else ""


def short_words(words: str) -> str:
    """`1 hour` as a label has room for it: `1 h ago`."""
    number, _, unit = words.partition(" ")
    return (
        f"{number} {unit[:3] if unit.startswith('min') else unit[:1]} ago" if number.isdigit() else "before"
    )


def times(ratio: float) -> str:
    """A ratio as it stands after a figure's name: `×2.3`."""
    return f"×{multiple(ratio).rstrip('×')}"


def figure_changes(now: DependencyLink, then: DependencyLink) -> list[FigureChange]:
    """A link's figures side by side, those that both windows observed."""
    rows = [
        _row("Calls", now.calls_per_second, then.calls_per_second, rate, 0.0, ("more", "fewer")),
        _error_row(now, then),
    ]
    sides: Sequence[tuple[str, Percentiles | None, Percentiles | None]] = (
        ("Client", now.client_ms, then.client_ms),
        ("Server", now.server_ms, then.server_ms),
        ("Gap", now.gap_ms, then.gap_ms),
    )
    for name, after, before in sides:
        for percentile in ("p50", "p95", "p99"):
            if after or before:
                a, b = (getattr(side, percentile) if side else None for side in (after, before))
                rows.append(_row(f"{name} {percentile}", a, b, duration, _SAME_MS, ("longer", "shorter")))
    return rows


def difference(now: float | None, then: float | None, same_below: float, words: tuple[str, str]) -> str:
    """How two figures differ: `2.3× as many`, `18 % longer`, `about the same`."""
    if now is None or then is None:
        return "not observed then" if then is None else "not observed now"
    if abs(now - then) <= same_below or abs(now - then) < then * _SAME_SHARE:
        return "about the same"
    if then <= 0:
        return f"none then, {words[0]} now"
    ratio = now / then
    if ratio >= WORSE_RATIO:
        return f"{multiple(ratio)} as {'many' if words[0] == 'more' else 'long'}"
    return f"{abs(ratio - 1) * 100:.0f} % {words[0] if ratio > 1 else words[1]}"


def _errors(then: DependencyLink, now: DependencyLink) -> str:
    text = f"errors {percent(then.error_rate)} → {percent(now.error_rate)}"
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _row(
    label: str,
    now: float | None,
    then: float | None,
    show: Callable[[float], str],
    same_below: float,
    words: tuple[str, str],
) -> FigureChange:
    said = difference(now, then, same_below, words)
    return FigureChange(
        label,
        NO_FIGURE if now is None else show(now),
        NO_FIGURE if then is None else show(then),
        said,
        "×" in said,
    )


def _error_row(now: DependencyLink, then: DependencyLink) -> FigureChange:
    points = (now.error_rate - then.error_rate) * 100
    said = (
        "about the same"
        if abs(points) < 0.1
        else f"{abs(points):.1f} percentage points {'higher' if points > 0 else 'lower'}"
    )
    return FigureChange(
        "Error rate", percent(now.error_rate), percent(then.error_rate), said, abs(points) >= 1
    )


def link_change_sentence(change: LinkChange, words: str) -> str:
    """What became of one link, on its page."""
    if change.then is None:
        return f"No calls {words} earlier to compare with."
    said = short_change(change)
    if change.became == "worse":
        return f"Worse than {words} earlier: {said}."
    return (
        f"Better than {words} earlier: {said}." if change.became == "better" else f"Much as {words} earlier."
    )


def p95_difference(change: OperationChange) -> str:
    """How an operation's p95 differs, in words."""
    if change.then is None or change.now is None:
        return "only now" if change.now else "only then"
    now, then = (one.client_ms or one.server_ms for one in (change.now, change.then))
    return difference(now.p95 if now else None, then.p95 if then else None, _SAME_MS, ("longer", "shorter"))
