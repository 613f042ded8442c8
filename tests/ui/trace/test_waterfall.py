from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.trace.shop import deep_trace, shop_trace, span_id, wide_trace
from ui.trace.view import build_view
from ui.trace.visible import visible_rows
from ui.trace.waterfall import (
    INDENT_PX,
    LEAST_GAP,
    MAX_INDENT_LEVELS,
    MAX_PIECES,
    Bar,
    place_label,
    waterfall_rows,
)

VIEW = build_view(shop_trace())
ROWS = {row.span_id: row for row in waterfall_rows(VIEW, visible_rows(VIEW))}


def test_a_calls_bar_is_filled_where_the_callee_worked() -> None:
    call = ROWS[span_id("p1")]
    callee = ROWS[span_id("bnk")]
    assert call.server == callee.bars[0]
    assert call.bars[0].left < callee.bars[0].left
    assert callee.server is None


def test_a_span_of_many_children_draws_no_more_pieces_than_a_screen_shows() -> None:
    view = build_view(wide_trace(5_000))
    [root] = waterfall_rows(view, visible_rows(view)[:1])
    assert len(view.critical.segments(0)) > 2_000
    assert 1 <= len(root.critical) <= 1 / LEAST_GAP


def test_messaging_is_not_drawn_inside_the_producer() -> None:
    assert ROWS[span_id("c3")].server is None
    assert ROWS[span_id("c3")].label.text == "4.10 ms · queued 5.50 ms for email"


def test_hop_times_are_text_in_the_row() -> None:
    assert ROWS[span_id("c2")].label.text == "1.08 s = server 1.07 s + gap 12.0 ms"


def test_marks_say_what_is_odd() -> None:
    assert [mark.word for mark in ROWS[span_id("stk")].marks] == ["skewed"]
    assert [mark.word for mark in ROWS[span_id("eml")].marks] == ["late"]
    assert [mark.word for mark in ROWS[span_id("lost")].marks] == ["no parent"]
    assert ROWS[span_id("web")].marks == []


def test_critical_segments_of_all_rows_do_not_overlap() -> None:
    segments = sorted((part.left, part.left + part.width) for row in ROWS.values() for part in row.critical)
    for (_, end), (start, _) in itertools.pairwise(segments):
        assert end <= start + 1e-6


def test_indentation_ends_where_the_name_would_be_pushed_out() -> None:
    view = build_view(deep_trace(200))
    rows = waterfall_rows(view, visible_rows(view))
    assert max(row.indent_px for row in rows) == MAX_INDENT_LEVELS * INDENT_PX
    assert rows[MAX_INDENT_LEVELS].deep is False
    assert rows[MAX_INDENT_LEVELS + 1].deep is True


def test_a_folded_group_draws_a_bounded_number_of_bars_over_its_whole_time() -> None:
    view = build_view(wide_trace(5_000))
    group = waterfall_rows(view, visible_rows(view, fold=True))[1]
    assert group.members == 4_999
    assert len(group.bars) <= MAX_PIECES
    assert group.bars[-1].left > 95
    assert group.label.text == "4,999 calls, 2.00 s in all, 400 µs at most"


shares = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(
    lambda pair: Bar(min(pair), max(pair) - min(pair))
)


@given(st.text(min_size=1, max_size=60), shares)
def test_labels_are_anchored_within_the_column(text: str, bar: Bar) -> None:
    label = place_label(text, bar, bar)
    assert 0 <= label.x <= 100 + 1e-9
    if label.side == "after":
        assert label.x + len(text) <= 100 + 1e-9
    if label.side == "before":
        assert label.x >= len(text)
    if label.side == "inside":
        assert (label.x, label.width) == (bar.left, bar.width)
