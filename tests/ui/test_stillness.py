"""Pages in Chromium do not move once they are read: no layout shift, no animation for who wants none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from tests.ui.serve import shop_app
from tests.ui.shop import Shop
from tests.ui.trace.shelf import serving, shelf_of
from tests.ui.trace.shop import SHOP_TRACE_ID, shop_trace

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]

OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) shift += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return parseFloat(style.transitionDuration) > 0.001 || parseFloat(style.animationDuration) > 0.001;
}).map((one) => one.outerHTML.slice(0, 80))"""
PAGES = ["/", "/?node=checkout", "/links", "/links/checkout/payment", "/services", "/services/checkout"]
# A page that is painted before all of it has come may still move a little; 0.1 is what Lighthouse calls good.
MOST_SHIFT = 0.02


@pytest.fixture(scope="module")
def traces() -> Iterator[str]:
    with serving(shelf_of([shop_trace()])) as url:
        yield url


def shift_of(page: Page, url: str) -> float:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.add_init_script(OBSERVE)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return float(page.evaluate("shift"))


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_when_scripts_come(page: Page, serve: Serve, path: str) -> None:
    assert shift_of(page, serve(shop_app(Shop())) + path) < MOST_SHIFT


@pytest.mark.parametrize("query", ["", "?view=flame", "?view=map"])
def test_nothing_moves_on_the_trace_page(page: Page, traces: str, query: str) -> None:
    assert shift_of(page, f"{traces}/trace/{SHOP_TRACE_ID}{query}") < MOST_SHIFT


def test_what_needs_a_script_is_not_offered_without(browser: Browser, traces: str) -> None:
    for enabled in (True, False):
        context = browser.new_context(java_script_enabled=enabled)
        page = context.new_page()
        page.goto(f"{traces}/trace/{SHOP_TRACE_ID}")
        offered = [page.locator(one).is_visible() for one in ("#minimap", "#critical", "#theme", "#refresh")]
        assert offered == [enabled] * 4
        context.close()


@pytest.mark.parametrize("path", ["/", "/links/checkout/payment"])
def test_no_motion_for_who_wants_none(page: Page, serve: Serve, path: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(serve(shop_app(Shop())) + path)
    page.wait_for_load_state("networkidle")
    page.locator("header nav a").first.hover()
    assert page.evaluate("document.getAnimations().length") == 0
    moving = page.evaluate(MOVING)
    assert moving == []
