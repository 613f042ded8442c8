from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.trace.shop import Sketch, build_trace, shop_trace, span_id, wide_trace
from ui.trace.folding import fold_groups
from ui.trace.tree import build_tree
from ui.trace.view import build_view
from ui.trace.visible import visible_rows

sketches = st.lists(
    st.tuples(
        st.integers(-1, 40), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), st.integers(0, 9)
    ),
    min_size=1,
    max_size=40,
).map(
    lambda rows: [
        Sketch(
            f"s{index}",
            f"s{min(parent, index - 1)}" if min(parent, index - 1) >= 0 else "",
            service,
            name,
            "internal",
            float(index),
            1.0,
            "error" if luck == 0 else "unset",
        )
        for index, (parent, service, name, luck) in enumerate(rows)
    ]
)


@given(sketches)
def test_folding_keeps_every_span_in_exactly_one_place(rows: list[Sketch]) -> None:
    view = build_view(build_trace(rows))
    told = 0
    for index, group in visible_rows(view, fold=True):
        told += 1 if group is None else group.spans
        assert group is None or index == group.first
    assert told == len(view.trace.spans)


@given(sketches)
def test_members_of_a_group_are_equal_siblings_of_equal_health(rows: list[Sketch]) -> None:
    trace = build_trace(rows)
    tree = build_tree(trace.spans)
    for group in fold_groups(tree):
        spans = [trace.spans[member] for member in group.members]
        assert len({(span.service, span.name, span.kind) for span in spans}) == 1
        assert len({tree.parent[member] for member in group.members}) == 1
        failing = {
            any(trace.spans[one].status == "error" for one in range(member, tree.end[member]))
            for member in group.members
        }
        assert len(failing) == 1


def test_the_shops_queries_are_one_group() -> None:
    tree = build_tree(shop_trace().spans)
    (group,) = fold_groups(tree)
    assert [tree.spans[member].span_id for member in group.members] == [span_id(f"q{n}") for n in range(4)]


def test_a_failed_query_is_not_hidden_among_five_thousand() -> None:
    view = build_view(wide_trace(5_000))
    rows = visible_rows(view, fold=True)
    assert [0 if group is None else len(group.members) for _, group in rows] == [0, 4_999, 0]
    assert view.trace.spans[rows[2][0]].status == "error"
