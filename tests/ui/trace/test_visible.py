from __future__ import annotations

from tests.ui.trace.shop import deep_trace, shop_trace, span_id
from ui.trace.view import build_view
from ui.trace.visible import Row, collapsed_positions, visible_rows

VIEW = build_view(shop_trace())


def names(rows: list[Row]) -> list[str]:
    return [VIEW.trace.spans[index].span_id for index, _ in rows]


def test_everything_is_open_in_tree_order() -> None:
    assert [index for index, _ in visible_rows(VIEW)] == list(range(17))


def test_a_closed_span_hides_all_below_it_and_nothing_else() -> None:
    rows = visible_rows(VIEW, closed={span_id("stk")})
    assert span_id("stk") in names(rows)
    assert not {span_id(f"q{n}") for n in range(4)} & set(names(rows))
    assert len(rows) == 13


def test_collapsing_by_level_keeps_that_level() -> None:
    rows = visible_rows(VIEW, depth=1)
    assert names(rows) == [span_id("web"), span_id("w1"), span_id("lost")]


def test_matches_bring_the_rows_that_lead_to_them() -> None:
    bank = VIEW.tree.position[span_id("bnk")]
    rows = visible_rows(VIEW, matches=[bank])
    assert names(rows) == [span_id(one) for one in ("web", "w1", "chk", "c2", "pay", "p1", "bnk")]


def test_a_deep_chain_can_be_cut_at_any_level() -> None:
    assert len(visible_rows(build_view(deep_trace(2_000)), depth=1_500)) == 1_501


def test_rows_that_hide_something_are_known() -> None:
    assert collapsed_positions(VIEW, visible_rows(VIEW)) == set()
    rows = visible_rows(VIEW, closed={span_id("stk"), span_id("q0")})
    assert collapsed_positions(VIEW, rows) == {VIEW.tree.position[span_id("stk")]}
    by_level = visible_rows(VIEW, depth=1)
    assert collapsed_positions(VIEW, by_level) == {VIEW.tree.position[span_id("w1")]}
