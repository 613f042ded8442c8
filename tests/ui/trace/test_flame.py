from __future__ import annotations

from collections import defaultdict

from tests.ui.trace.shop import large_trace, shop_trace, wide_trace
from ui.trace.flame import MAX_BOXES, FlameBox, flame_boxes
from ui.trace.view import build_view


def levels(boxes: list[FlameBox]) -> dict[int, list[FlameBox]]:
    found = defaultdict(list)
    for box in boxes:
        found[box.level].append(box)
    return found


def test_boxes_of_one_level_never_overlap_and_stay_inside() -> None:
    for trace in (shop_trace(), large_trace(2_000), wide_trace(500)):
        for row in levels(flame_boxes(build_view(trace))).values():
            cursor = 0.0
            for box in sorted(row, key=lambda one: one.left):
                assert box.left >= cursor - 1e-6
                cursor = box.left + box.width
            assert cursor <= 100 + 1e-6


def test_merged_boxes_count_their_spans() -> None:
    boxes = flame_boxes(build_view(shop_trace()))
    assert next(box.count for box in boxes if box.name == "SELECT stock") == 4


def test_the_number_of_boxes_is_bounded() -> None:
    assert len(flame_boxes(build_view(large_trace(10_000)))) <= MAX_BOXES
