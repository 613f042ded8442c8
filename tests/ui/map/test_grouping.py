from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from query.model.link import DependencyLink, ServiceMap, Status
from query.model.window import Window
from tests.ui.map.strategies import graphs
from tests.ui.shop import NOW_NS, Shop, big_shop, shop_in_namespaces
from tests.ui.shop_links import link
from ui.links.change import compare_links, link_key
from ui.map.drawing import Comparison, Drawing, draw
from ui.map.grouping import Grouped, bundle_changes, focus_namespace, group_namespaces, namespaces_of
from ui.map.wording import in_trouble

WINDOW = Window(NOW_NS - 900_000_000_000, NOW_NS)
STATUSES: tuple[Status, ...] = get_args(Status)
WORST_FIRST: tuple[Status, ...] = ("failing", "slow", "ok", "quiet")


def map_of(shop: Shop) -> ServiceMap:
    return shop.links.service_map(WINDOW)


@st.composite
def maps(pick: st.DrawFn) -> ServiceMap:
    """Any graph with statuses on its links and namespaces on some of its services."""
    kinds, pairs = pick(graphs())
    statuses = st.sampled_from(STATUSES)
    links = tuple(
        link(
            *(caller, callee),
            calls=100 + i,
            status=pick(statuses),
            caller_kind=kinds[caller],
            callee_kind=kinds[callee],
        )
        for i, (caller, callee) in enumerate(sorted(pairs))
    )
    services = [name for name, kind in kinds.items() if kind == "service"]
    named = st.sampled_from(["", "north", "south"])
    return map_of(Shop(links, namespaces={name: pick(named) for name in services}))


def line_of(one: DependencyLink, grouped: Grouped) -> DependencyLink | None:
    """The line that a link is drawn as."""
    homes = {service: group.name for group in grouped.groups.values() for service in group.services}
    ends = homes.get(one.caller, one.caller), homes.get(one.callee, one.callee)
    return next((line for line in grouped.service_map.links if (line.caller, line.callee) == ends), None)


def draw_grouped(grouped: Grouped) -> Drawing:
    return draw(grouped.service_map, grouped=grouped)


def test_a_namespace_is_one_node_and_links_to_one_place_are_one_line() -> None:
    grouped = group_namespaces(map_of(shop_in_namespaces()))
    assert [(group.namespace, len(group.services)) for group in grouped.groups.values()] == [
        ("delivery", 3),
        ("payments", 1),
        ("shop", 4),
    ]
    from_frontend = next(one for one in grouped.bundles.values() if one.caller == "frontend")
    assert from_frontend.callee == "shop"
    assert {one.callee for one in from_frontend.links} == {"catalog", "cart", "checkout"}
    assert from_frontend.whole.calls == 9_841 + 4_212 + 1_262
    assert from_frontend.whole.observed_ms is None
    shop = next(node for node in grouped.service_map.nodes if node.service.startswith("shop"))
    assert shop.calls == from_frontend.whole.calls


def test_a_line_says_what_is_worst_in_it() -> None:
    grouped = group_namespaces(map_of(shop_in_namespaces()))
    slow = grouped.bundle("namespace:shop~namespace:payments")
    assert slow
    assert slow.whole.status == "slow"
    assert slow.description == (
        "shop to payments, 1 link: slow. checkout → payment: p95 812 ms is 5.1x its baseline of 159 ms. "
        "1,240 calls (1.38/s), 0.97 % errors."
    )
    [chip] = [item.label for item in draw_grouped(grouped).links if item.bundle == slow]
    assert chip
    assert " ".join(chip.lines).replace(" · ", " ") == "812 ms 5.1×"


def test_trouble_inside_is_a_loop_and_what_is_well_inside_is_left_out() -> None:
    grouped = group_namespaces(map_of(shop_in_namespaces()))
    groups = {group.namespace: group for group in grouped.groups.values()}
    loops = [one for one in grouped.service_map.links if one.caller == one.callee]
    assert [(one.caller, one.status) for one in loops] == [(groups["delivery"].name, "failing")]
    assert groups["delivery"].description == (
        "Namespace delivery, 3 services: email, fulfilment, shipping. 1 of 3 links inside is slow or failing."
    )
    assert groups["shop"].description == (
        "Namespace shop, 4 services: cart, catalog, checkout, inventory. "
        "3 links inside, none slow or failing, not drawn."
    )
    assert groups["payments"].description == "Namespace payments, 1 service: payment."


def test_without_namespaces_the_map_is_as_it_was() -> None:
    for whole in (map_of(Shop()), map_of(big_shop())):
        assert group_namespaces(whole) == Grouped(whole)


@given(maps())
def test_no_service_and_no_call_is_lost(whole: ServiceMap) -> None:
    grouped = group_namespaces(whole)
    held = [name for group in grouped.groups.values() for name in group.services]
    assert len(held) == len(set(held))
    drawn = {node.service for node in grouped.service_map.nodes}
    assert drawn - grouped.groups.keys() | set(held) == {node.service for node in whole.nodes}
    assert drawn >= {end for one in grouped.service_map.links for end in (one.caller, one.callee)}
    left_out = [
        one
        for group in grouped.groups.values()
        if not any(map(in_trouble, group.inside))
        for one in group.inside
    ]
    calls = sum(one.calls for one in [*grouped.service_map.links, *left_out])
    assert calls == sum(one.calls for one in whole.links)


@given(maps())
def test_trouble_is_never_hidden(whole: ServiceMap) -> None:
    grouped = group_namespaces(whole)
    for one in filter(in_trouble, whole.links):
        line = line_of(one, grouped)
        assert line
        assert WORST_FIRST.index(line.status) <= WORST_FIRST.index(one.status)
    assert any(map(in_trouble, whole.links)) == any(map(in_trouble, grouped.service_map.links))
    for bundle in grouped.bundles.values():
        worst = min(bundle.links, key=lambda one: WORST_FIRST.index(one.status))
        assert bundle.whole.status == bundle.worst.status == worst.status
        named = f"{bundle.worst.caller} → {bundle.worst.callee}"
        assert (named in bundle.description) == in_trouble(worst)


@given(maps(), st.sampled_from(["north", "south"]))
def test_a_focus_holds_the_namespace_and_what_it_touches(whole: ServiceMap, namespace: str) -> None:
    own = {node.service for node in whole.nodes if node.namespace == namespace}
    shown = focus_namespace(whole, namespace)
    assert shown.links == [one for one in whole.links if {one.caller, one.callee} & own]
    ends = {end for one in shown.links for end in (one.caller, one.callee)}
    assert {node.service for node in shown.nodes} == own | ends


@given(maps())
def test_any_grouped_map_can_be_drawn(whole: ServiceMap) -> None:
    drawing = draw_grouped(group_namespaces(whole))
    keys = [item.key for item in drawing.links if item.bundle]
    assert len(keys) == len(set(keys))
    for item in drawing.nodes:
        assert (item.grouped is not None) == bool(item.ornament and item.node.kind == "service")


def test_a_line_got_worse_when_one_of_its_links_did() -> None:
    before = (link("web", "a", p95=20), link("web", "b", p95=40), link("a", "db"))
    after = (link("web", "a", p95=90), link("web", "b", p95=40), link("b", "db"))
    now = map_of(Shop(after, namespaces={"a": "back", "b": "back"}))
    then = map_of(Shop(before, namespaces={"a": "back", "b": "back"}))
    changes = compare_links(now.links, then.links)
    gone = [replace(one.link, calls=0) for one in changes.values() if one.became == "gone"]
    grouped = group_namespaces(replace(now, links=[*now.links, *gone]))
    found = bundle_changes(grouped.bundles.values(), changes)
    lines = {(one.caller, one.callee): found.get(link_key(one.whole)) for one in grouped.bundles.values()}
    worse = lines["web", "back"]
    assert worse
    assert (worse.became, worse.link.callee) == ("worse", "a")
    assert lines["back", "db"] is None
    drawing = draw(grouped.service_map, Comparison({**changes, **found}, "1 hour"), grouped=grouped)
    [drawn] = [item for item in drawing.links if item.became]
    assert drawn.description.endswith(" web → a: Worse than 1 hour earlier: p95 ×4.5.")


def test_little_room_costs_the_word_before_the_name() -> None:
    [group] = group_namespaces(
        map_of(Shop((link("user", "web"),), namespaces={"web": "storefront"}))
    ).groups.values()
    assert group.fitted(300, 14) == "storefront · 1 service"
    assert group.fitted(120, 14) == "storefront · 1"
    assert group.fitted(90, 14) == "store…nt · 1"


def test_namespaces_are_named_once_and_in_order() -> None:
    assert namespaces_of(map_of(shop_in_namespaces()).nodes) == ["delivery", "payments", "shop"]
    assert namespaces_of(map_of(Shop()).nodes) == []
