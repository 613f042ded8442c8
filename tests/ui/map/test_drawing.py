from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from query.model.link import ServiceMap
from query.model.window import Window
from tests.ui.shop import NOW_NS, Shop, big_shop
from tests.ui.shop_links import SHOP_LINKS, link
from ui.map.drawing import Drawing, draw, line_width
from ui.map.lettering import text_width

WINDOW = Window(NOW_NS - 900_000_000_000, NOW_NS)


def drawing_of(shop: Shop) -> Drawing:
    return draw(shop.links.service_map(WINDOW))


@pytest.mark.parametrize("shop", [Shop(), big_shop()], ids=["shop", "big"])
def test_no_label_meets_a_node_or_another_label_or_leaves_the_view(shop: Shop) -> None:
    drawing = drawing_of(shop)
    labels = [item.label.box for item in drawing.links if item.label]
    for label in labels:
        assert not any(label.meets(node.box) for node in drawing.nodes)
        assert drawing.view.x <= label.x
        assert label.x + label.width <= drawing.view.x + drawing.view.width
    assert not any(one.meets(other) for one, other in combinations(labels, 2))


@pytest.mark.parametrize("shop", [Shop(), big_shop()], ids=["shop", "big"])
def test_every_red_link_has_its_label_and_lies_on_top(shop: Shop) -> None:
    drawing = drawing_of(shop)
    red = [item for item in drawing.links if item.link.status in ("slow", "failing")]
    assert len(red) == 2
    assert all(item.label for item in red)
    assert drawing.links[-2:] == red


def test_red_lines_are_the_thickest() -> None:
    widths: dict[str, list[float]] = {status: [] for status in ("ok", "slow", "failing", "quiet")}
    for item in drawing_of(Shop()).links:
        widths[item.link.status].append(item.width)
    assert min(widths["slow"] + widths["failing"]) > max(widths["ok"]) - 0.5
    assert max(widths["quiet"]) <= min(widths["ok"])


def test_width_grows_with_the_log_of_the_rate() -> None:
    rates = [line_width(link("a", "b", calls=int(900 * 10**power))) for power in range(-1, 5)]
    assert rates == sorted(rates)
    assert rates[0] < rates[2] < rates[4] <= 4.2


def test_texts_stay_inside_their_nodes() -> None:
    names = ["a" * 90, "W" * 40, "支払いサービス" * 8, "ok"]
    links = tuple(link("hub", name, calls=90_000_000, p95=123_456) for name in names)
    for node in drawing_of(Shop(links)).nodes:
        inside = node.box.width - 34
        assert text_width(node.name, node.name_px) <= inside
        assert text_width(node.second, 12) <= inside


def test_two_kinds_of_calls_between_two_services_are_drawn_beside_each_other() -> None:
    both = (link("a", "b", "http"), link("a", "b", "messaging"))
    paths = {item.path for item in drawing_of(Shop(both)).links}
    assert len(paths) == 2


def test_a_link_whose_ends_have_no_figures_is_still_drawn() -> None:
    drawing = draw(ServiceMap("", "", [], [link("a", "db", "database", callee_kind="database")]))
    assert [(item.node.service, item.node.kind) for item in drawing.nodes] == [
        ("a", "service"),
        ("db", "database"),
    ]


def test_the_picture_is_the_same_for_other_figures() -> None:
    changed = tuple(replace(one, calls=one.calls * 2, status="ok") for one in SHOP_LINKS)
    places = {item.node.service: item.box for item in drawing_of(Shop()).nodes}
    assert places == {item.node.service: item.box for item in drawing_of(Shop(changed)).nodes}
