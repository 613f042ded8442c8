from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.traces.tree import ROOT, build_forest
from tests.query.traces.shapes import Shape, orders, shapes


def test_children_follow_their_parent_by_start() -> None:
    forest = build_forest(["c", "a", "b", "d"], ["a", "", "a", "b"], [30, 0, 20, 25])
    assert [["c", "a", "b", "d"][index] for index in forest.order] == ["a", "b", "d", "c"]
    assert [forest.depth[index] for index in forest.order] == [0, 1, 2, 1]
    assert forest.missing == [] and forest.cut == []


def test_a_span_whose_parent_has_not_arrived_is_a_root() -> None:
    forest = build_forest(["a", "b"], ["", "gone"], [5, 1])
    assert forest.roots == [1, 0]
    assert forest.missing == [1]


def test_a_span_that_names_itself_is_a_root() -> None:
    forest = build_forest(["a"], ["a"], [0])
    assert forest.roots == [0] and forest.cut == [0] and forest.missing == []


def test_a_circle_is_cut_at_its_earliest_span_even_when_entered_from_below() -> None:
    ids = ["below", "late", "early", "middle"]
    forest = build_forest(ids, ["late", "early", "middle", "late"], [0, 30, 10, 20])
    assert [ids[index] for index in forest.cut] == ["early"]
    assert [ids[index] for index in forest.order] == ["early", "late", "below", "middle"]


def test_ten_thousand_levels_are_walked_without_recursion() -> None:
    ids = [f"{level:016x}" for level in range(10_000)]
    forest = build_forest(ids, ["", *ids[:-1]], list(range(10_000)))
    assert forest.order == list(range(10_000))
    assert forest.depth[-1] == 9_999


@given(shapes())
def test_every_span_is_placed_once_after_its_parent(shape: Shape) -> None:
    forest = shape.forest
    assert sorted(forest.order) == list(range(len(shape.ids)))
    placed = {index: position for position, index in enumerate(forest.order)}
    for index, above in enumerate(forest.parent):
        if above == ROOT:
            assert forest.depth[index] == 0
        else:
            assert placed[above] < placed[index]
            assert forest.depth[index] == forest.depth[above] + 1
            assert shape.ids[above] == shape.parents[index]
    for below in forest.children:
        assert below == sorted(below, key=lambda index: (shape.start_ns[index], shape.ids[index]))


@given(shapes(), st.data())
def test_the_order_of_arrival_changes_nothing(shape: Shape, data: st.DataObject) -> None:
    other = shape.shuffled(data.draw(orders(len(shape.ids))))
    expected = [shape.ids[index] for index in shape.forest.order]
    assert [other.ids[index] for index in other.forest.order] == expected
    assert [other.ids[index] for index in other.forest.cut] == [shape.ids[i] for i in shape.forest.cut]
