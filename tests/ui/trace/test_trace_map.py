from __future__ import annotations

from itertools import combinations

from query.model.trace import Hop
from tests.ui.trace.shop import large_trace, shop_trace
from ui.trace.trace_map import BOX_HEIGHT, BOX_WIDTH, build_trace_map

SHOP = shop_trace()


def test_callers_stand_left_of_callees() -> None:
    drawn = build_trace_map(SHOP.spans, SHOP.hops)
    assert all(call.caller.x < call.callee.x for call in drawn.calls)
    assert {box.kind for box in drawn.boxes if box.name == "stock-db"} == {"database"}


def test_calls_of_a_pair_are_one_line() -> None:
    drawn = build_trace_map(SHOP.spans, SHOP.hops)
    queries = next(call for call in drawn.calls if call.callee.name == "stock-db")
    assert (queries.calls, round(queries.total_ms, 1)) == (4, 32.8)
    assert [call.errors for call in drawn.calls if call.callee.name == "bank"] == [1]


def test_boxes_do_not_overlap_and_lie_within_the_drawing() -> None:
    trace = large_trace(3_000)
    drawn = build_trace_map(trace.spans, trace.hops)
    for one, other in combinations(drawn.boxes, 2):
        assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
    assert all(box.x + BOX_WIDTH <= drawn.width and box.y + BOX_HEIGHT <= drawn.height for box in drawn.boxes)


def test_cycles_and_self_calls_are_drawn_without_end() -> None:
    def hop(caller: str, callee: str) -> Hop:
        return Hop(caller, callee, "http", "1", "2", 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, False)

    drawn = build_trace_map([], [hop("a", "b"), hop("b", "a"), hop("a", "a")])
    assert [(call.caller.name, call.callee.name) for call in drawn.calls] == [("a", "b"), ("b", "a")]
