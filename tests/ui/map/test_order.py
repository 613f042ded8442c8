from __future__ import annotations

from hypothesis import given

from tests.ui.map.strategies import Graph, graphs
from tests.ui.map.test_layers import forward_of
from ui.map.layers import assign_columns
from ui.map.order import Place, crossings, order_columns


@given(graphs())
def test_every_node_has_one_place_and_long_links_pass_every_column_between(graph: Graph) -> None:
    kinds, pairs = graph
    forward = forward_of(kinds, pairs)
    columns = assign_columns(kinds, forward)
    ordered = order_columns(columns, forward)
    nodes = [place.name for column in ordered.columns for place in column if place.waypoint_of is None]
    assert sorted(nodes) == sorted(kinds)
    for (first, last), chain in ordered.chains.items():
        assert [place.column for place in chain] == list(range(columns[first], columns[last] + 1))
        assert all(place in ordered.columns[place.column] for place in chain)


def test_an_avoidable_crossing_is_avoided() -> None:
    columns = {"a": 0, "b": 0, "x": 1, "y": 1}
    ordered = order_columns(columns, {("a", "y"), ("b", "x")})
    assert crossings(ordered.columns, ordered.to_right) == 0


def test_crossings_are_counted() -> None:
    a, b, x, y = Place("a"), Place("b"), Place("x", None, 1), Place("y", None, 1)
    assert crossings([[a, b], [x, y]], {a: [x, y], b: [x, y]}) == 1
    assert crossings([[a, b], [y, x]], {a: [x], b: [y]}) == 1
    assert crossings([[a, b], [x, y]], {a: [x], b: [y]}) == 0


@given(graphs())
def test_ordering_never_makes_it_worse_than_the_plain_order(graph: Graph) -> None:
    kinds, pairs = graph
    forward = forward_of(kinds, pairs)
    ordered = order_columns(assign_columns(kinds, forward), forward)
    plain = [sorted(column) for column in ordered.columns]
    assert crossings(ordered.columns, ordered.to_right) <= max(
        crossings(plain, ordered.to_right), len(forward)
    )
