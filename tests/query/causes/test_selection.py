from __future__ import annotations

import pytest

from query.causes.selection import NO_LIMIT_NS, Selection, asked, bounds_of
from query.model.search import SearchError
from query.model.window import Window

MS = 1_000_000
WINDOW = Window(1_000 * MS, 2_000 * MS)


def test_everything_is_the_whole_window_and_any_duration() -> None:
    bounds = bounds_of(Selection(), WINDOW, 5.0)
    assert (bounds.start_ns, bounds.end_ns) == (WINDOW.start_ns, WINDOW.end_ns)
    assert (bounds.min_duration_ns, bounds.max_duration_ns, bounds.failing) == (0, NO_LIMIT_NS, False)
    assert asked(Selection(), bounds).max_duration_ms is None


def test_slow_is_what_the_windows_p95_is() -> None:
    assert bounds_of(Selection("slow"), WINDOW, 80.4 * MS).min_duration_ns == 80.4 * MS
    assert bounds_of(Selection("slow", min_duration_ms=90), WINDOW, 80 * MS).min_duration_ns == 90 * MS
    assert asked(Selection("slow"), bounds_of(Selection("slow"), WINDOW, 80 * MS)).min_duration_ms == 80.0


def test_a_part_reaches_no_further_than_the_window() -> None:
    bounds = bounds_of(Selection(window=Window(0, 1_500 * MS)), WINDOW, 0.0)
    assert (bounds.start_ns, bounds.end_ns) == (1_000 * MS, 1_500 * MS)
    with pytest.raises(SearchError, match="outside the window"):
        bounds_of(Selection(window=Window(0, 1_000 * MS)), WINDOW, 0.0)


def test_durations_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(SearchError, match="below"):
        Selection(min_duration_ms=2, max_duration_ms=1)


def test_durations_beyond_any_spans_fit_into_numbers_of_the_store() -> None:
    bounds = bounds_of(Selection(min_duration_ms=1e13, max_duration_ms=1e14), WINDOW, 0.0)
    assert bounds.min_duration_ns <= NO_LIMIT_NS and bounds.max_duration_ns == NO_LIMIT_NS
