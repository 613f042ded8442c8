from __future__ import annotations

from hypothesis import given

from query.traces.self_time import self_times
from tests.query.traces.shapes import Shape, shapes


def test_overlapping_children_count_once_and_only_inside() -> None:
    shape = Shape(["p", "a", "b", "c"], ["", "p", "p", "p"], [10, 5, 12, 28], [30, 14, 20, 40])
    assert self_times(shape.forest, shape.start_ns, shape.end_ns) == [8, 9, 8, 12]


@given(shapes())
def test_self_time_is_what_counting_every_moment_gives(shape: Shape) -> None:
    forest = shape.forest
    counted = [
        sum(
            not any(shape.start_ns[child] <= moment < shape.end_ns[child] for child in forest.children[index])
            for moment in range(shape.start_ns[index], shape.end_ns[index])
        )
        for index in range(len(shape.ids))
    ]
    assert self_times(forest, shape.start_ns, shape.end_ns) == counted
