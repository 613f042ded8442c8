from __future__ import annotations

import random
import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.map.strategies import Graph, chain, graphs
from tests.ui.shop import Shop, big_shop
from ui.map.columns import DENSE, ROOMY
from ui.map.layout import Layout, closest_in_order, lay_out


def laid_out(shop: Shop) -> Layout:
    return lay_out(shop.kinds(), {(link.caller, link.callee) for link in shop.all_links})


@given(graphs())
def test_all_nodes_are_placed_apart_and_inside(graph: Graph) -> None:
    kinds, pairs = graph
    layout = lay_out(kinds, pairs)
    assert layout.boxes.keys() == kinds.keys()
    for one, other in combinations(layout.boxes.values(), 2):
        assert not one.meets(other, 8)
    for box in layout.boxes.values():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(graph: Graph, randomness: random.Random) -> None:
    kinds, pairs = graph
    names, shuffled = list(kinds), list(pairs)
    randomness.shuffle(names)
    randomness.shuffle(shuffled)
    assert lay_out({name: kinds[name] for name in names}, shuffled) == lay_out(kinds, pairs)


@given(graphs())
def test_links_run_to_the_right_but_those_that_close_a_cycle(graph: Graph) -> None:
    kinds, pairs = graph
    layout = lay_out(kinds, pairs)
    assert layout.routes.keys() == pairs
    for (caller, callee), route in layout.routes.items():
        points = route.points
        assert len(points) % 2 == 0
        if route.loop:
            assert caller == callee
            assert {y for _, y in points} == {layout.boxes[caller].y}
            continue
        start, end = layout.boxes[caller], layout.boxes[callee]
        direction = -1 if route.backward else 1
        assert all((b[0] - a[0]) * direction > 0 for a, b in pairwise(points))
        assert points[0][0] == (start.x if route.backward else start.x + start.width)
        assert points[-1][0] == (end.x + end.width if route.backward else end.x)
        assert start.y <= points[0][1] <= start.y + start.height
        assert end.y <= points[-1][1] <= end.y + end.height


@given(graphs())
def test_links_pass_no_node(graph: Graph) -> None:
    kinds, pairs = graph
    layout = lay_out(kinds, pairs)
    for (caller, callee), route in layout.routes.items():
        if route.loop:
            continue
        straights = zip(route.points[1:-1:2], route.points[2:-1:2], strict=True)
        for (x1, y), (x2, _) in straights:
            middle = (x1 + x2) / 2
            for name, box in layout.boxes.items():
                if name not in (caller, callee) and box.x <= middle <= box.x + box.width:
                    assert not box.y < y < box.y + box.height


def test_both_directions_are_drawn_apart() -> None:
    layout = lay_out({"a": "service", "b": "service"}, {("a", "b"), ("b", "a")})
    there, back = layout.routes["a", "b"], layout.routes["b", "a"]
    assert not there.backward
    assert back.backward
    assert there.points[0][1] != back.points[-1][1]
    assert there.points[-1][1] != back.points[0][1]


def test_both_directions_are_apart_on_a_long_way_too() -> None:
    kinds, pairs = chain("a", "b", "c")
    layout = lay_out(kinds, {*pairs, ("a", "c"), ("c", "a")})
    there, back = layout.routes["a", "c"].points, layout.routes["c", "a"].points
    assert {y for _, y in there[1:-1]}.isdisjoint({y for _, y in back[1:-1]})


def test_the_same_services_stand_in_the_same_places_whatever_their_figures() -> None:
    assert laid_out(Shop()) == laid_out(Shop(tuple(reversed(Shop().all_links))))


def test_one_more_leaf_leaves_the_columns_of_the_rest_alone() -> None:
    shop = Shop()
    before = laid_out(shop)
    pairs = {(link.caller, link.callee) for link in shop.all_links}
    after = lay_out({**shop.kinds(), "coupons": "service"}, {*pairs, ("checkout", "coupons")})
    assert {name: box.x for name, box in before.boxes.items()} == {
        name: after.boxes[name].x for name in before.boxes
    }


def test_small_maps_are_roomy_and_big_ones_dense() -> None:
    assert laid_out(Shop()).metrics is ROOMY
    assert laid_out(big_shop()).metrics.name_px == DENSE.name_px


def test_150_services_have_about_the_shape_of_a_screen() -> None:
    layout = laid_out(big_shop())
    assert len(layout.boxes) == 150
    assert 1 < layout.width / layout.height < 3


def test_time_grows_slowly_with_size() -> None:
    shop = big_shop()
    kinds = {f"{name}{i}": kind for i in range(2) for name, kind in shop.kinds().items()}
    pairs = {(f"{link.caller}{i}", f"{link.callee}{i}") for i in range(2) for link in shop.all_links}
    started = time.process_time()
    laid_out(shop)
    one = time.process_time() - started
    started = time.process_time()
    lay_out(kinds, pairs)
    assert time.process_time() - started < 25 * max(one, 0.01)


def test_an_empty_map_is_no_error() -> None:
    assert lay_out({}, set()).boxes == {}


HEIGHTS = st.lists(st.floats(-500, 500), min_size=1, max_size=12)


@given(HEIGHTS, st.data())
def test_heights_keep_order_and_gaps(wanted: list[float], data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.floats(0, 60), min_size=len(wanted) - 1, max_size=len(wanted) - 1))
    heights = closest_in_order(wanted, gaps)
    for (upper, lower), gap in zip(pairwise(heights), gaps, strict=True):
        assert lower - upper >= gap - 1e-6
    # The mean is where it was wanted: nothing drifts.
    assert sum(heights) == pytest.approx(sum(wanted), abs=1e-6)


def test_heights_that_fit_stay_as_wanted() -> None:
    assert closest_in_order([0, 50, 200], [40, 40]) == [0, 50, 200]
    assert closest_in_order([10, 10], [40]) == [-10, 30]
