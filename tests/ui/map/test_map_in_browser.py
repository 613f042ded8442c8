"""The map in Chromium. The `page` fixture fails a test on console errors and requests to other machines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from tests.ui.hostile_shop import HostileShop
from tests.ui.serve import shop_app
from tests.ui.shop import Shop, big_shop, big_shop_in_namespaces, shop_in_namespaces
from tests.ui.trace.hostile import PAYLOADS

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]

RED_LINK = 'a.link[data-caller="checkout"][data-callee="payment"][data-status="slow"]'
RED_CHIP = 'a.flag[data-for="checkout~payment"] .chip'
# Over which chips does something else lie, a line for instance? What is on top in their middles.
CHIP_COVERED = """() => [...document.querySelectorAll(".flag")].filter((flag) => {
  flag.scrollIntoView({ block: "center", inline: "center" });
  const box = flag.querySelector("rect").getBoundingClientRect();
  return [0.1, 0.5, 0.9].some((share) =>
    !flag.contains(document.elementFromPoint(box.left + share * box.width, box.top + box.height / 2)));
}).map((flag) => flag.dataset.for)"""
# Do any two of a node's texts leave its outline, or a label meet a node?
TEXT_OUTSIDE = """() => {
  const inside = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5;
  return [...document.querySelectorAll("a.node")].filter((node) => {
    const outline = node.querySelector(".outline").getBoundingClientRect();
    return [...node.querySelectorAll("text")].some((text) => !inside(text.getBoundingClientRect(), outline));
  }).map((node) => node.dataset.service);
}"""
LABEL_OVER_NODE = """() => {
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const nodes = [...document.querySelectorAll("a.node .outline")].map((node) => node.getBoundingClientRect());
  return [...document.querySelectorAll(".chip rect, .label rect")]
    .map((label) => label.getBoundingClientRect())
    .filter((label) => label.width && nodes.some((node) => meets(node, label))).length;
}"""
COLOUR_OF_TOKEN = """(token) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}"""


@pytest.fixture
def shop_url(serve: Serve) -> str:
    return serve(shop_app(Shop()))


def test_the_slow_link_is_red_thick_and_says_why(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    link = page.locator(RED_LINK)
    line = link.locator(".line")
    stroke = line.evaluate("line => getComputedStyle(line).stroke")
    assert stroke == page.evaluate(COLOUR_OF_TOKEN, "--trouble")
    assert stroke != page.locator("a.is-ok .line").first.evaluate("line => getComputedStyle(line).stroke")
    assert float(line.get_attribute("stroke-width") or 0) >= 3.6
    expect(page.locator(f"{RED_CHIP} text")).to_have_text(["812 ms", "5.1×"])
    expect(link).to_have_accessible_name(re.compile("slow. p95 812 ms is 5.1x its baseline of 159 ms"))
    failing = page.locator("a.is-failing .line")
    assert failing.evaluate("line => getComputedStyle(line).strokeDasharray") != "none"


def test_a_click_opens_the_panel_and_back_closes_it(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.evaluate("window.stayed = true")
    page.locator(RED_CHIP).click()
    panel = page.locator("#map-panel")
    first = panel.locator("a.main")
    expect(first).to_have_text("Slowest requests")
    assert "link=checkout~payment" in page.url
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(panel).to_contain_text("Choose a link or a service")
    page.go_forward()
    first.click()
    page.wait_for_url("**/links/checkout/payment#slowest")
    assert page.locator("#slowest tbody a").first.get_attribute("href")


def test_the_map_works_without_scripts(page: Page, shop_url: str) -> None:
    plain = page.context.browser
    assert plain
    context = plain.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(shop_url)
    still.locator(RED_CHIP).click()
    expect(still.locator("#map-panel a.main")).to_have_text("Slowest requests")
    context.close()


def test_keys_reach_every_link_and_dim_the_rest(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.locator("[data-zoom=out]").focus()
    seen = set()
    for _ in range(len(Shop().all_links)):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.dataset.key"))
    assert len(seen) == len(Shop().all_links)
    assert page.locator("#map.focusing").count() == 1
    assert page.locator("a.node.lit").count() == 2
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel a.main")).to_have_text("Slowest requests")


def test_hovering_a_node_leaves_what_it_touches(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.locator('a.node[data-service="payment"]').hover()
    lit = page.locator("a.node.lit").evaluate_all("nodes => nodes.map((node) => node.dataset.service)")
    assert sorted(lit) == ["bank.example.com", "checkout", "payment"]


def test_help_search_and_moving_have_keys(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("pay")
    bright = page.locator("a.node:not(.dim)").evaluate_all("n => n.map((x) => x.dataset.service)")
    assert bright == ["payment"]
    page.locator("#list-title").click()
    before = page.locator("#map").get_attribute("viewBox")
    page.keyboard.press("+")
    assert page.locator("#map").get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert page.locator("#map").get_attribute("viewBox") == before
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/links")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shop", [Shop(), big_shop()], ids=["shop", "big"])
def test_text_keeps_to_its_place(page: Page, serve: Serve, shop: Shop, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(serve(shop_app(shop)) + "/?labels=1")
    assert page.evaluate(TEXT_OUTSIDE) == []
    assert page.evaluate(LABEL_OVER_NODE) == 0
    assert page.locator(".chip").count() == 2


def test_no_line_crosses_a_chip_where_everything_is_red(page: Page, serve: Serve) -> None:
    trouble = Shop(tuple(replace(link, status="failing") for link in Shop().all_links))
    page.goto(serve(shop_app(trouble)))
    assert page.locator(".flag").count() > 10
    assert page.evaluate(CHIP_COVERED) == []
    page.locator("a.flag").first.hover()
    assert page.locator("a.flag.lit").count() == 1


def test_namespaces_are_opened_and_left_by_their_controls(page: Page, serve: Serve) -> None:
    page.goto(serve(shop_app(shop_in_namespaces())))
    page.get_by_role("button", name="By namespace").click()
    expect(page.get_by_role("button", name="By namespace")).to_have_attribute("aria-pressed", "true")
    group = page.locator('a.node[data-service^="shop"]')
    expect(group).to_have_accessible_name(re.compile("Namespace shop, 4 services: cart, catalog"))
    page.locator("#find").fill("inventory")
    assert page.locator("a.node:not(.dim)").count() == 1
    page.locator('a.flag[data-for="namespace:shop~namespace:payments"] .chip').click()
    page.locator("#map-panel .short-list a").click()
    expect(page.locator("#map-panel a.main")).to_have_text("Slowest requests")
    group.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?namespace=shop")
    expect(page.locator("a.node.outside")).to_have_count(3)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("a.node")).to_have_count(16)


@pytest.mark.parametrize("shop", [shop_in_namespaces(), big_shop_in_namespaces()], ids=["shop", "big"])
def test_text_of_namespaces_keeps_to_its_place(page: Page, serve: Serve, shop: Shop) -> None:
    page.goto(serve(shop_app(shop)) + "/?group=namespace&labels=1")
    assert page.evaluate(TEXT_OUTSIDE) == []
    assert page.evaluate(LABEL_OVER_NODE) == 0
    assert page.locator(".chip").count() == 2


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_no_page_scrolls_sideways(page: Page, shop_url: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for path in ("/?node=checkout", "/links", "/links/checkout/payment", "/services", "/services/payment"):
        page.goto(shop_url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_theme_is_remembered(page: Page, shop_url: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(shop_url)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.goto(f"{shop_url}/links")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_renewing_moves_nothing(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    places = "[...document.querySelectorAll('a.node, tr, h1')].map((e) => e.getBoundingClientRect().toJSON())"
    before = page.evaluate(places)
    page.locator("[data-service=cart] .outline").evaluate("shape => { shape.dataset.old = '1'; }")
    with page.expect_response(lambda response: response.url.startswith(shop_url)):
        page.keyboard.press("r")
    expect(page.locator("[data-service=cart] .outline[data-old]")).to_have_count(0)
    assert page.evaluate(places) == before


def test_the_first_run_page_turns_into_the_map(page: Page, serve: Serve) -> None:
    shop = Shop((), any_trace=False)
    page.goto(serve(shop_app(shop)))
    expect(page.locator("#listening")).to_contain_text("Waiting for the first span")
    shop.all_links, shop.any_trace = Shop().all_links, True
    expect(page.locator("#map")).to_be_visible()


def test_attacks_in_names_do_nothing(page: Page, serve: Serve) -> None:
    for payload in (PAYLOADS[0], PAYLOADS[1], "".join(PAYLOADS)):
        base = serve(shop_app(HostileShop(payload=payload)))
        for path in ("/?labels=1", "/links", "/services"):
            page.goto(base + path)
        page.goto(f"{base}/?group=namespace")
        page.locator("a.flag.is-slow .chip").click()
        expect(page.locator("#map-panel")).to_contain_text("1 link")
        page.locator('a.node[data-service^="payments"]').click()
        expect(page.locator("a.node.outside")).to_have_count(1)
        page.goto(base)
        page.locator("a.flag.is-slow .chip").click()
        page.locator("#map-panel a.main").click()
        page.wait_for_selector(".js-plotly-plot .main-svg")
        assert page.evaluate("window.pwned") is None
