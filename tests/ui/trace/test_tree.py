from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.trace.shop import Sketch, build_trace, deep_trace, shop_trace
from ui.trace.tree import NO_PARENT, build_tree

# Each span hangs below an earlier one or is a root: any forest.
forests = st.lists(st.integers(-1, 30), min_size=1, max_size=30).map(
    lambda parents: [min(parent, index - 1) for index, parent in enumerate(parents)]
)


def trace_of(parents: list[int]) -> list[Sketch]:
    return [
        Sketch(f"s{index}", f"s{parent}" if parent >= 0 else "", "a", "b", "internal", float(index), 1.0)
        for index, parent in enumerate(parents)
    ]


@given(forests)
def test_the_tree_is_the_one_the_parent_ids_name(parents: list[int]) -> None:
    spans = build_trace(trace_of(parents)).spans
    tree = build_tree(spans)
    for index, span in enumerate(spans):
        above = tree.parent[index]
        assert span.parent_span_id == ("" if above == NO_PARENT else spans[above].span_id)
        assert all(index in list(tree.ancestors(below)) for below in range(index + 1, tree.end[index]))
        assert tree.descendants(index) == sum(tree.descendants(child) + 1 for child in tree.children(index))
    assert sum(tree.descendants(root) + 1 for root in tree.roots()) == len(spans)


def test_a_chain_of_two_thousand_levels_needs_no_recursion() -> None:
    tree = build_tree(deep_trace(2_000).spans)
    assert len(list(tree.ancestors(1_999))) == 1_999


def test_a_repeated_span_id_stands_for_its_first_span() -> None:
    spans = shop_trace().spans
    tree = build_tree([*spans, spans[0]])
    assert tree.position[spans[0].span_id] == 0
    assert len(list(tree.roots())) == 3


def test_depths_that_skip_levels_hang_below_the_row_above() -> None:
    spans = shop_trace().spans
    tree = build_tree([spans[0], spans[3], spans[1]])
    assert tree.parent == [NO_PARENT, 0, 0]
