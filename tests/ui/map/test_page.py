from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from query.model.window import Window
from tests.ui.serve import shop_app
from tests.ui.shop import NOW_NS, Shop, big_shop, big_shop_in_namespaces, shop_in_namespaces
from tests.ui.shop_links import link
from ui.map.page import select
from ui.map.picture import troubled_part


def drawn_links(html: str) -> dict[tuple[str, str], str]:
    found = re.findall(r'data-caller="([^"]*)" data-callee="([^"]*)" data-status="([^"]*)"', html)
    return {(unescape(a), unescape(b)): status for a, b, status in found}


def sentence(html: str) -> str:
    match = re.search(r'<h1 class="sentence">(.*?)</h1>', html, re.S)
    assert match
    return unescape(re.sub(r"<[^>]+>", "", match[1])).strip()


def test_every_link_is_an_element_with_its_status(client: TestClient, shop: Shop) -> None:
    html = client.get("/").text
    assert drawn_links(html) == {(one.caller, one.callee): one.status for one in shop.all_links}


def test_the_answer_comes_first(client: TestClient) -> None:
    html = client.get("/").text
    assert sentence(html).startswith("2 of 18 links are failing or slow: fulfilment → shipping (8.22 %")
    assert html.index('class="sentence"') < html.index('id="map"')


def test_a_chosen_link_leads_to_its_slowest_requests_first(client: TestClient) -> None:
    html = client.get("/?link=checkout~payment&start=-1h").text
    panel = html[html.index('id="map-panel"') :]
    first = re.search(r'<a class="button main" href="([^"]+)">([^<]+)', panel)
    assert first
    assert first.groups() == ("/links/checkout/payment?start=-1h#slowest", "Slowest requests")
    assert "p95 812 ms is 5.1x its baseline of 159 ms" in panel


def test_a_chosen_node_shows_its_callers_and_callees(client: TestClient) -> None:
    html = client.get("/?node=checkout").text
    panel = html[html.index('id="map-panel"') : html.index('id="map-list"')]
    assert "Called by" in panel
    assert "sort=slowest" in panel
    assert "812 ms slow" in panel


@pytest.mark.parametrize("query", ["link=nobody~nothing", "link=rubbish", "node=nobody"])
def test_what_is_not_on_the_map_is_not_chosen(client: TestClient, query: str) -> None:
    html = client.get(f"/?{query}").text
    assert "Choose a link or a service" in html


def test_only_trouble_leaves_the_red_links_with_their_ends(client: TestClient) -> None:
    html = client.get("/?only=trouble").text
    assert set(drawn_links(html).values()) == {"slow", "failing"}
    assert sorted(re.findall(r'<a class="node [^>]*data-service="([^"]+)"', html)) == [
        "checkout",
        "fulfilment",
        "payment",
        "shipping",
    ]


def test_focus_asks_for_the_neighbourhood(client: TestClient) -> None:
    html = client.get("/?service=payment&depth=1").text
    assert ("checkout", "payment") in drawn_links(html)
    assert ("user", "frontend") not in drawn_links(html)
    assert "within 1 step of payment" in html


def test_a_part_of_a_name_dims_the_rest(client: TestClient) -> None:
    html = client.get("/?service=pay").text
    dimmed = re.findall(r'<a class="node [^"]* dim"[^>]*data-service="([^"]+)"', html)
    assert "payment" not in dimmed
    assert "cart" in dimmed


def test_the_list_holds_the_same_links_worst_first(client: TestClient, shop: Shop) -> None:
    html = client.get("/").text
    rows = re.findall(r'<tr data-caller="([^"]+)" data-callee="([^"]+)"', html)
    assert len(rows) == len(shop.all_links)
    assert rows[:2] == [("fulfilment", "shipping"), ("checkout", "payment")]


def test_the_time_window_goes_everywhere(client: TestClient) -> None:
    html = client.get("/?start=-1h").text
    own = set(re.findall(r'href="(/(?:links|services|traces|\?)[^"]*)"', html))
    presets = {"start=" in link for link in own}
    assert own
    assert presets == {True}


def test_an_empty_window_offers_a_longer_one(client: TestClient) -> None:
    end = (NOW_NS // 10**9) - 86_400
    html = client.get(f"/?start={end - 900}&end={end}").text
    assert sentence(html).startswith("No calls in this window")
    assert "a longer window" in html


def test_trouble_is_a_part_of_the_whole(shop: Shop) -> None:
    whole = shop.links.service_map(Window(NOW_NS - 10**9, NOW_NS))
    part = troubled_part(whole)
    assert {link.status for link in part.links} == {"slow", "failing"}
    assert select(part, "checkout~payment", None).link is not None
    assert select(part, None, "cart").node is None


WORSE = link("web", "pay", p95=230, baseline=230)
BEFORE = (link("web", "pay", p95=100), link("web", "old"))
COMPARED = Shop((WORSE, link("web", "new")), BEFORE)


def page_of(shop: Shop, path: str) -> str:
    with TestClient(shop_app(shop), headers={"accept": "text/html"}) as client:
        return client.get(path).text


def test_comparing_says_and_marks_what_got_worse_is_new_or_gone() -> None:
    html = page_of(COMPARED, "/?compare=-1h")
    assert "All 2 links look normal" in sentence(html)
    second = unescape(re.sub(r"<[^>]+>", "", html[html.index('class="sentence-second"') :]))
    assert "1 link got worse than 1 hour earlier: web → pay (p95 ×2.3), 1 new, 1 gone." in second
    marks = dict(re.findall(r'class="link is-\w+ became-(\w+)[^>]*data-key="([^"]+)"', html))
    assert marks == {"worse": "web~pay", "new": "web~new", "gone": "web~old"}
    assert "vs 1 h ago" in html
    assert "Worse than 1 hour earlier: p95 ×2.3." in html
    assert 'href="/links/web/pay?compare=-1h"' in html


def test_comparing_is_off_unless_asked_for() -> None:
    html = page_of(COMPARED, "/")
    assert "became-" not in html
    assert "sentence-second" not in html
    assert 'href="/?compare=-1h"' in html


def test_an_offset_that_cannot_be_read_is_said() -> None:
    assert "must be an offset like" in page_of(COMPARED, "/?compare=yesterday")


def test_folding_draws_fewer_nodes_and_lists_all_links(client: TestClient, shop: Shop) -> None:
    leaves = Shop((link("web", "a"), link("web", "b"), link("web", "c", status="slow")))
    html = page_of(leaves, "/?fold=healthy")
    assert "+2 healthy" in html
    assert set(drawn_links(html).values()) == {"ok", "slow"}
    assert len(drawn_links(html)) == 2
    assert len(re.findall(r"<tr data-caller", html)) == 3
    assert "?service=web&amp;depth=1" in html


def test_big_maps_suggest_folding(client: TestClient) -> None:
    assert "fold healthy leaves" in page_of(big_shop(), "/")
    assert "fold healthy leaves" not in page_of(big_shop(), "/?fold=healthy")
    assert "fold healthy leaves" not in client.get("/").text


def drawn_nodes(html: str) -> list[str]:
    names = re.findall(r'<a class="node [^>]*data-service="([^"]*)"', html)
    return sorted(unescape(name).rstrip("\N{INVISIBLE SEPARATOR}") for name in names)


def test_grouping_is_offered_where_there_are_namespaces() -> None:
    assert "By namespace" not in page_of(Shop(), "/")
    assert "By namespace" not in page_of(Shop(namespaces={"cart": "shop"}), "/")
    assert 'href="/?group=namespace"' in page_of(shop_in_namespaces(), "/")
    assert 'href="/?group=namespace">group by namespace</a> to see less' in page_of(
        big_shop_in_namespaces(), "/"
    )
    assert "to see less" not in page_of(big_shop_in_namespaces(), "/?group=namespace")


def test_namespaces_are_drawn_as_nodes_and_all_links_listed() -> None:
    html = page_of(shop_in_namespaces(), "/?group=namespace&start=-1h")
    assert drawn_nodes(html) == [
        "bank.example.com",
        "delivery · 3 services",
        "frontend",
        "kafka/shipments",
        "payments · 1 service",
        "postgresql/catalog",
        "postgresql/stock",
        "redis",
        "scheduler",
        "shop · 4 services",
        "user",
    ]
    assert len(re.findall(r"<tr data-caller", html)) == len(Shop().all_links)
    assert 'href="/?start=-1h&amp;namespace=shop" data-anew' in html
    assert "2 of 18 links are failing or slow" in sentence(html)


def test_a_line_between_namespaces_opens_its_links_worst_first() -> None:
    html = page_of(shop_in_namespaces(), "/?group=namespace&link=namespace:delivery~namespace:delivery")
    panel = html[html.index('id="map-panel"') : html.index('id="map-list"')]
    assert "3 links inside the namespace, worst first" in panel
    order = re.findall(r'href="/\?group=namespace&amp;link=([^"]+)"', panel)
    assert order == ["fulfilment~shipping", "shipping~fulfilment", "fulfilment~email"]
    assert "8.22 % errors failing" in panel
    assert len(re.findall(r'class="link [^"]* chosen"', html)) == 1


def test_a_link_chosen_from_a_line_is_shown_and_marks_the_line() -> None:
    html = page_of(shop_in_namespaces(), "/?group=namespace&link=checkout~payment")
    assert "/links/checkout/payment#slowest" in html
    [line] = re.findall(r'class="link [^"]* chosen"[^>]*data-key="([^"]+)"', html)
    assert line == "namespace:shop~namespace:payments"


def test_one_namespace_is_shown_with_what_is_next_to_it() -> None:
    html = page_of(shop_in_namespaces(), "/?namespace=payments&group=namespace")
    assert drawn_nodes(html) == ["bank.example.com", "checkout", "payment"]
    [outside] = re.findall(r'class="node [^"]* outside[^>]*data-service="([^"]+)"', html)
    assert outside == "checkout"
    assert "Not of the namespace payments." in html
    assert sentence(html).startswith("1 of 2 links is slow: checkout → payment")
    assert "of the namespace payments and next to it" in html
    assert "Show all" in html


def test_a_namespace_without_calls_is_said() -> None:
    html = page_of(shop_in_namespaces(), "/?namespace=<b>nobody")
    assert sentence(html) == "No service of the namespace <b>nobody had calls (last 15 minutes)."
    assert drawn_nodes(html) == []


def test_grouping_goes_with_folding_trouble_and_finding() -> None:
    shop = shop_in_namespaces()
    folded = page_of(shop, "/?group=namespace&fold=healthy")
    assert {"shop · 4 services", "shop · 4 services\N{INVISIBLE SEPARATOR} +3 healthy"} <= set(
        drawn_nodes(folded)
    )
    assert "3 healthy leaves of shop · 4 services: postgresql/catalog, postgresql/stock, redis." in folded
    trouble = page_of(shop, "/?group=namespace&only=trouble")
    assert drawn_nodes(trouble) == ["delivery · 3 services", "payments · 1 service", "shop · 4 services"]
    assert set(drawn_links(trouble).values()) == {"slow", "failing"}
    found = page_of(shop, "/?group=namespace&service=invent")
    dimmed = re.findall(r'<a class="node [^"]* dim"[^>]*data-service="([^"]+)"', found)
    assert not any(name.startswith("shop") for name in dimmed)
    assert any(name.startswith("payments") for name in dimmed)


def test_comparing_marks_lines_and_a_namespace_compares_with_itself() -> None:
    before = (link("web", "pay", p95=100), link("web", "old"), link("x", "y"))
    shop = Shop(
        (WORSE, link("web", "new")), before, namespaces={"web": "front", "pay": "back", "new": "back"}
    )
    html = page_of(shop, "/?compare=-1h&group=namespace")
    assert "became-worse" in html
    assert "web → pay: Worse than 1 hour earlier: p95 ×2.3." in html
    assert "1 link got worse" in html
    focused = page_of(shop, "/?compare=-1h&namespace=front")
    assert "x~y" not in focused


def test_a_service_that_is_gone_stays_in_its_namespace() -> None:
    namespaces = {"web": "front", "pay": "back", "old": "back"}
    html = page_of(Shop((WORSE,), BEFORE, namespaces=namespaces), "/?compare=-1h&group=namespace")
    assert drawn_nodes(html) == ["back · 2 services", "front · 1 service"]


def test_nothing_is_new_beside_a_window_without_calls() -> None:
    html = page_of(Shop((WORSE,)), "/?compare=-1h")
    assert "No calls 1 hour earlier to compare with." in html
    assert "became-new" not in html


def test_a_service_names_its_namespace_in_the_panel() -> None:
    html = page_of(shop_in_namespaces(), "/?node=payment")
    assert '<a href="/?namespace=payments" data-anew>payments</a>' in html
