from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from query.model.link import NodeKind
from tests.ui.map.strategies import Graph, graphs
from tests.ui.map.test_layers import forward_of
from ui.map.layers import Pair, assign_columns, column_limit
from ui.map.narrowing import most_columns, narrowed


def tangle(services: int, calls: int, seed: int) -> tuple[dict[str, NodeKind], set[Pair]]:
    """A user, services that call each other at random, and two databases of theirs."""
    randomness = random.Random(seed)
    names = [f"s{i:02}" for i in range(services)]
    kinds: dict[str, NodeKind] = {"user": "user", "db-a": "database", "db-b": "database"}
    kinds |= dict.fromkeys(names, "service")
    pairs = {("user", name) for name in names}
    pairs |= {(name, f"db-{randomness.choice('ab')}") for name in names}
    while len(pairs) < calls:
        caller, callee = randomness.sample(names, 2)
        pairs.add((caller, callee))
    return kinds, pairs


def columns_of(kinds: dict[str, NodeKind], pairs: set[Pair]) -> dict[str, int]:
    return assign_columns(kinds, forward_of(kinds, pairs))


@given(st.integers(0, 1_000))
def test_a_tangle_fits_a_screen_and_keeps_calls_between_columns(seed: int) -> None:
    kinds, pairs = tangle(30, 180, seed)
    plain = columns_of(kinds, pairs)
    columns = narrowed(kinds, plain, pairs)
    assert max(plain.values()) >= most_columns(len(kinds)) + 3
    assert max(columns.values()) < most_columns(len(kinds)) + 3
    assert columns.keys() == kinds.keys()
    assert all(columns[caller] != columns[callee] for caller, callee in pairs)
    assert set(columns.values()) == set(range(max(columns.values()) + 1))
    fullest = max(list(columns.values()).count(column) for column in columns.values())
    assert fullest <= column_limit(len(kinds))
    backward = {pair for pair in pairs if columns[pair[0]] > columns[pair[1]]}
    assert len(backward) < len(pairs) / 2


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(randomness: random.Random) -> None:
    kinds, pairs = tangle(25, 150, 7)
    names, shuffled = list(kinds), list(pairs)
    randomness.shuffle(names)
    randomness.shuffle(shuffled)
    plain = columns_of(kinds, pairs)
    assert narrowed({name: kinds[name] for name in names}, plain, shuffled) == narrowed(kinds, plain, pairs)


def test_who_is_called_by_nobody_stays_left_and_stores_right() -> None:
    kinds, pairs = tangle(30, 180, 3)
    columns = narrowed(kinds, columns_of(kinds, pairs), pairs)
    assert columns["user"] == 0
    assert columns["db-a"] == columns["db-b"] == max(columns.values())


def test_a_long_chain_stays_a_long_chain() -> None:
    kinds: dict[str, NodeKind] = {f"s{i:02}": "service" for i in range(20)}
    pairs = {(f"s{i:02}", f"s{i + 1:02}") for i in range(19)}
    plain = columns_of(kinds, pairs)
    assert narrowed(kinds, plain, pairs) == plain


@given(graphs())
def test_small_maps_are_left_alone(graph: Graph) -> None:
    kinds, pairs = graph
    crossing = {pair for pair in pairs if pair[0] != pair[1]}
    plain = columns_of(kinds, crossing)
    if max(plain.values(), default=0) < most_columns(len(kinds)):
        assert narrowed(kinds, plain, crossing) == plain
