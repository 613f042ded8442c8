"""What differs between two traces, as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from query.model.trace import Trace
from ui.compare.matching import ComparedPath
from ui.formats import duration, named, plural

# One path is named when it explains at least this share of the difference.
_MAIN_SHARE = 0.3


def comparison_sentence(a: Trace, b: Trace, rows: Sequence[ComparedPath]) -> str:
    """Sums up a comparison.

    Examples:
        "B took 1.24 s, 900 ms longer than A; bank POST /authorize did 880 ms more work of its own." "Both
        took 12.0 ms and have the same shape."
    """
    longer_ms = b.duration_ms - a.duration_ms
    if abs(longer_ms) < 0.01 * max(a.duration_ms, b.duration_ms):
        opening = f"Both took {duration(b.duration_ms)}"
    else:
        word = "longer" if longer_ms > 0 else "less"
        opening = f"B took {duration(b.duration_ms)}, {duration(abs(longer_ms))} {word} than A"
    main = max(rows, key=lambda row: row.own_difference_ms * (1 if longer_ms >= 0 else -1), default=None)
    clauses = []
    if main is not None and abs(main.own_difference_ms) >= max(abs(longer_ms) * _MAIN_SHARE, 1.0):
        more = "more" if main.own_difference_ms > 0 else "less"
        service, name, _ = main.step
        work = f"{duration(abs(main.own_difference_ms))} {more} work of its own"
        clauses.append(f"{named(service)} {named(name)} did {work}")
    for side, word in (("A", "only in A"), ("B", "only in B")):
        number = sum(row.change == word for row in rows)
        if number:
            clauses.append(f"{plural(number, 'path')} {'is' if number == 1 else 'are'} only in {side}")
    if b.error_count != a.error_count:
        clauses.append(f"errors went from {a.error_count:,} to {b.error_count:,}")
    if not clauses:
        same = not any(row.differs for row in rows)
        return f"{opening}{' and have the same shape' if same else ''}."
    return f"{opening}; {'; '.join(clauses)}."
