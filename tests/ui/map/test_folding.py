from __future__ import annotations

from hypothesis import given

from query.model.link import ServiceMap
from query.model.window import Window
from tests.ui.map.strategies import Graph, graphs
from tests.ui.shop import NOW_NS, Shop, big_shop
from tests.ui.shop_links import link
from ui.map.drawing import draw
from ui.map.folding import fold_leaves

WINDOW = Window(NOW_NS - 900_000_000_000, NOW_NS)
FAN = (
    link("user", "web", caller_kind="user"),
    link("web", "cache", "database", callee_kind="database"),
    link("web", "search"),
    link("web", "mail"),
    link("web", "pay", status="failing", errors=400),
    link("web", "rare", status="quiet", calls=2),
    link("web", "shared"),
    link("other", "shared"),
)


def map_of(shop: Shop) -> ServiceMap:
    return shop.links.service_map(WINDOW)


def test_healthy_leaves_of_one_caller_become_one_counted_node() -> None:
    folded = fold_leaves(map_of(Shop(FAN)))
    [group] = folded.groups.values()
    assert (group.caller, group.leaves) == ("web", ("cache", "mail", "search"))
    assert group.label == "+3 healthy"
    names = {node.service for node in folded.service_map.nodes}
    assert names == {"user", "web", "pay", "rare", "shared", "other", group.name}
    [link_to_group] = [one for one in folded.service_map.links if one.callee == group.name]
    assert link_to_group.calls == sum(one.calls for one in FAN[1:4])


def test_one_leaf_is_not_folded() -> None:
    whole = map_of(Shop((link("a", "b"), link("b", "c"))))
    assert fold_leaves(whole).service_map == whole


def test_red_links_are_never_folded() -> None:
    whole = map_of(big_shop())
    folded = fold_leaves(whole).service_map
    assert len(folded.nodes) < len(whole.nodes)
    assert [one for one in folded.links if one.status != "ok"] == [
        one for one in whole.links if one.status != "ok"
    ]


@given(graphs())
def test_nothing_is_lost(graph: Graph) -> None:
    kinds, pairs = graph
    links = tuple(link(a, b, caller_kind=kinds[a], callee_kind=kinds[b]) for a, b in sorted(pairs))
    whole = map_of(Shop(links))
    folded = fold_leaves(whole)
    leaves = [name for group in folded.groups.values() for name in group.leaves]
    assert len(leaves) == len(set(leaves))
    kept = {node.service for node in folded.service_map.nodes} - folded.groups.keys()
    assert kept | set(leaves) == {node.service for node in whole.nodes}
    assert sum(one.calls for one in folded.service_map.links) == sum(one.calls for one in whole.links)


def test_a_group_is_drawn_with_its_count_and_its_names() -> None:
    folded = fold_leaves(map_of(Shop(FAN)))
    drawing = draw(folded.service_map, groups=folded.groups)
    [node] = [item for item in drawing.nodes if item.folded]
    assert node.name == "+3 healthy"
    assert node.description == "3 healthy leaves of web: cache, mail, search."
    [line] = [item for item in drawing.links if item.folded]
    assert line.label is None
