from __future__ import annotations

from collections import Counter

from hypothesis import given

from query.model.link import NodeKind
from tests.ui.map.strategies import Graph, graphs
from ui.map.layers import Pair, assign_columns, backward_pairs, column_limit


def forward_of(kinds: dict[str, NodeKind], pairs: set[Pair]) -> set[Pair]:
    backward = backward_pairs(kinds, pairs)
    return {(b, a) if (a, b) in backward else (a, b) for a, b in pairs if a != b}


@given(graphs())
def test_calls_lead_to_later_columns_once_cycles_are_broken(graph: Graph) -> None:
    kinds, pairs = graph
    forward = forward_of(kinds, pairs)
    columns = assign_columns(kinds, forward)
    assert columns.keys() == kinds.keys()
    assert all(columns[caller] < columns[callee] for caller, callee in forward)


@given(graphs())
def test_nothing_runs_backward_without_a_cycle(graph: Graph) -> None:
    kinds, pairs = graph
    downhill = {pair for pair in pairs if pair[0] < pair[1]}
    assert backward_pairs(kinds, downhill) == set()


@given(graphs())
def test_no_column_is_longer_than_the_limit(graph: Graph) -> None:
    kinds, pairs = graph
    columns = assign_columns(kinds, forward_of(kinds, pairs))
    assert max(Counter(columns.values()).values()) <= column_limit(len(kinds))


def test_entry_points_are_left_and_stores_and_outsiders_right() -> None:
    kinds: dict[str, NodeKind] = {
        "user": "user",
        "web": "service",
        "orders": "service",
        "stock": "service",
        "db": "database",
        "bank": "external",
    }
    pairs = {("user", "web"), ("web", "orders"), ("orders", "stock"), ("web", "db"), ("orders", "bank")}
    columns = assign_columns(kinds, pairs)
    assert columns == {"user": 0, "web": 1, "orders": 2, "stock": 3, "db": 3, "bank": 3}


def test_a_call_back_is_the_one_that_runs_backward() -> None:
    kinds: dict[str, NodeKind] = {"user": "user", "a": "service", "b": "service"}
    assert backward_pairs(kinds, {("user", "b"), ("b", "a"), ("a", "b")}) == {("a", "b")}


def test_many_leaves_spread_over_columns() -> None:
    kinds: dict[str, NodeKind] = {"hub": "service", **{f"leaf{i}": "service" for i in range(100)}}
    columns = assign_columns(kinds, {("hub", f"leaf{i}") for i in range(100)})
    assert max(Counter(columns.values()).values()) <= column_limit(101)
    assert max(columns.values()) <= 6
