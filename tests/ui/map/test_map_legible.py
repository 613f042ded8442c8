"""Size and place of what the map shows, measured in Chromium; comparing and folding by clicks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from query.model.link import DependencyLink
from tests.ui.serve import shop_app
from tests.ui.shop import Shop
from tests.ui.shop_links import link

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]

DEMO = (
    link("user", "storefront", caller_kind="user"),
    link("storefront", "catalog"),
    link("storefront", "checkout"),
    link("catalog", "catalog"),
    link("checkout", "inventory", "rpc", calls=4_000, errors=340, status="failing"),
    link("checkout", "payment"),
    link("checkout", "orders-worker", "messaging"),
    link("payment", "bank", p95=801, baseline=90, status="slow"),
    link("orders-worker", "mailer"),
    link("orders-worker", "orders", "database", callee_kind="database"),
    link("mailer", "api.mailhost.example", "external", callee_kind="external"),
)
NAME_PX = """() => {
  const scale = document.getElementById("map").getScreenCTM().a;
  const names = [...document.querySelectorAll(".node .name")];
  return Math.min(...names.map((text) => text.getAttribute("font-size") * scale));
}"""
EMPTY_SHARE = """() => {
  const nodes = [...document.querySelectorAll("a.node .outline")].map((node) => node.getBoundingClientRect());
  const tall = Math.max(...nodes.map((box) => box.bottom)) - Math.min(...nodes.map((box) => box.top));
  return 1 - tall / document.getElementById("map-picture").getBoundingClientRect().height;
}"""


@pytest.fixture
def demo_url(serve: Serve) -> str:
    return serve(shop_app(Shop(DEMO, before(DEMO))))


def before(links: tuple[DependencyLink, ...]) -> tuple[DependencyLink, ...]:
    """An hour earlier: the mailer was faster, and coupons were still asked for."""
    same = tuple(one for one in links if one.callee not in ("mailer", "inventory", "bank"))
    faster = (
        link("orders-worker", "mailer", p95=12),
        link("payment", "bank", p95=90),
        link("checkout", "inventory", "rpc"),
    )
    return (*same, *faster, link("checkout", "coupons"))


@pytest.mark.parametrize(("width", "height", "least_px"), [(1440, 900, 12.0), (1024, 768, 10.9)])
def test_names_are_legible_and_the_picture_is_full(
    page: Page, demo_url: str, width: int, height: int, least_px: float
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(demo_url)
    assert page.evaluate(NAME_PX) >= least_px
    assert page.evaluate(EMPTY_SHARE) < 0.5


@pytest.mark.parametrize("width", [1440, 1024])
def test_opening_the_panel_moves_nothing_below(page: Page, demo_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo_url)
    top = "document.getElementById('list-title').getBoundingClientRect().top + scrollY"
    before = page.evaluate(top)
    page.locator('a.node[data-service="payment"]').click()
    expect(page.locator("#map-panel h2")).to_contain_text("payment")
    assert abs(page.evaluate(top) - before) < (4 if width == 1440 else 60)


def test_comparing_is_two_clicks_away_and_marks_without_red(page: Page, demo_url: str) -> None:
    page.goto(demo_url)
    page.locator("summary", has_text="Compare with").click()
    page.locator(".menu a", has_text="1 hour earlier").click()
    expect(page.locator(".sentence-second")).to_contain_text("got worse than 1 hour earlier")
    worse = page.locator('a.became-worse[data-callee="mailer"]')
    marked = page.locator('a.flag.became-worse[data-for$="~mailer"]')
    expect(marked.locator(".change text").first).to_have_text("p95 ×3.3")
    colour = "line => getComputedStyle(line).stroke"
    red = page.locator("a.is-slow .line").evaluate(colour)
    grey = page.locator('a[data-callee="catalog"] .line').first.evaluate(colour)
    assert worse.locator(".line").evaluate(colour) not in (red, grey)
    expect(page.locator('a.became-gone[data-callee="coupons"]')).to_have_count(1)
    page.locator("summary", has_text="Compared: 1 hour earlier").click()
    page.locator(".menu a", has_text="Compare with nothing").click()
    expect(page.locator("[class*=became-]")).to_have_count(0)


def test_folding_is_one_click_and_a_group_opens(page: Page, serve: Serve) -> None:
    leaves = tuple(link("hub", f"leaf-{i}") for i in range(6))
    page.goto(serve(shop_app(Shop((link("user", "hub", caller_kind="user"), *leaves)))))
    expect(page.locator("a.node")).to_have_count(8)
    page.locator("a.button", has_text="Fold healthy").click()
    expect(page.locator("a.node")).to_have_count(3)
    page.locator("a.node.folded").click()
    expect(page.locator("a.node")).to_have_count(8)
