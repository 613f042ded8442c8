from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.causes.levels import MOST_LEVELS, levels_of, too_hard
from query.traces.tree import ROOT
from tests.query.causes.test_critical_paths import frame_of
from tests.query.traces.shapes import Shape, shapes


def chain(levels: int) -> Shape:
    ids = [f"{level + 1:016x}" for level in range(levels)]
    return Shape(ids, ["", *ids[:-1]], [0] * levels, [1] * levels)


def test_circles_and_depth_are_too_hard() -> None:
    circle = Shape(["1", "2"], ["2", "1"], [0, 0], [1, 1])
    spans = frame_of([chain(3), circle, chain(MOST_LEVELS + 1), chain(MOST_LEVELS + 2)])
    assert sorted(too_hard(spans)) == [1, 3]


@given(shapes())
def test_trees_are_those_of_one_trace(shape: Shape) -> None:
    spans = frame_of([shape])
    if len(too_hard(spans)):
        assert shape.forest.cut
        return
    found, forest = levels_of(spans), shape.forest
    assert [ROOT if above is None else above for above in found.parent] == forest.parent
    assert [sorted(level) for level in found.levels] == [
        sorted(place for place, depth in enumerate(forest.depth) if depth == level)
        for level in range(max(forest.depth) + 1)
    ]
    assert sorted(range(spans.height), key=found.place.to_list().__getitem__) == forest.order


@given(st.lists(shapes(max_size=6), min_size=2, max_size=4))
def test_traces_do_not_touch_each_other(traces: list[Shape]) -> None:
    spans = frame_of(traces)
    if len(too_hard(spans)):
        return
    parents = levels_of(spans).parent.to_list()
    trace = spans["trace"].to_list()
    assert all(above is None or trace[above] == trace[row] for row, above in enumerate(parents))
