from __future__ import annotations

from hypothesis import given

from tests.ui.map.strategies import Graph, graphs
from tests.ui.map.test_layers import forward_of
from ui.map.layers import assign_columns
from ui.map.order import order_columns
from ui.map.sweeps import crossings


@given(graphs())
def test_every_node_has_one_place_and_long_links_pass_every_column_between(graph: Graph) -> None:
    kinds, pairs = graph
    forward = forward_of(kinds, pairs)
    columns = assign_columns(kinds, forward)
    ordered = order_columns(columns, forward)
    places = ordered.places
    there = [places[i] for column in ordered.columns for i in column]
    assert sorted(place.name for place in there if place.waypoint_of is None) == sorted(kinds)
    for (first, last), chain in ordered.chains.items():
        assert [places[i].column for i in chain] == list(range(columns[first], columns[last] + 1))
        assert all(i in ordered.columns[places[i].column] for i in chain)


def test_an_avoidable_crossing_is_avoided() -> None:
    columns = {"a": 0, "b": 0, "x": 1, "y": 1}
    ordered = order_columns(columns, {("a", "y"), ("b", "x")})
    assert crossings(ordered.columns, ordered.to_right) == 0


@given(graphs())
def test_ordering_never_makes_it_worse_than_the_plain_order(graph: Graph) -> None:
    kinds, pairs = graph
    forward = forward_of(kinds, pairs)
    ordered = order_columns(assign_columns(kinds, forward), forward)
    plain = [sorted(column) for column in ordered.columns]
    assert crossings(ordered.columns, ordered.to_right) <= max(
        crossings(plain, ordered.to_right), len(forward)
    )
