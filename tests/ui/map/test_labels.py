from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.map.columns import ROOMY
from ui.map.labels import TakenRoom, label_box, on_curve
from ui.map.layout import Box, Layout, Route

VIEW = Box(0, 0, 1000, 400)
BOXES = st.builds(Box, st.floats(-50, 900), st.floats(-50, 380), st.floats(1, 300), st.floats(1, 90))
LAYOUT = Layout({}, {}, VIEW.width, VIEW.height, ROOMY, 136)
ROUTE = Route(((180, 100), (320, 200)))


@given(st.lists(BOXES, max_size=30), BOXES)
def test_room_is_taken_exactly_where_boxes_are(boxes: list[Box], asked: Box) -> None:
    assert TakenRoom(boxes).is_free(asked.x, asked.y, asked.width, asked.height) == (
        not any(asked.meets(box, 3.0) for box in boxes)
    )


@given(st.lists(BOXES, max_size=12))
def test_a_label_meets_nothing_and_stays_in_view(boxes: list[Box]) -> None:
    label = label_box(ROUTE, LAYOUT, VIEW, (120, 24), TakenRoom(boxes), 80)
    if label is None:
        return
    assert not any(label.meets(box, 3.0) for box in boxes)
    assert 0 <= label.x <= label.x + label.width <= VIEW.width
    assert 0 <= label.y <= label.y + label.height <= VIEW.height


def test_with_room_a_label_stands_just_above_the_middle_of_its_line() -> None:
    assert label_box(ROUTE, LAYOUT, VIEW, (100, 20), TakenRoom([]), 80) == Box(200, 125, 100, 20)


def test_without_room_there_is_no_label() -> None:
    assert label_box(ROUTE, LAYOUT, VIEW, (100, 20), TakenRoom([VIEW]), 80) is None


@pytest.mark.parametrize(("t", "point"), [(0, (0, 0)), (1, (100, 60)), (0.5, (50, 30))])
def test_points_on_the_curve(t: float, point: tuple[float, float]) -> None:
    assert on_curve((0, 0), (100, 60), t) == pytest.approx(point)
