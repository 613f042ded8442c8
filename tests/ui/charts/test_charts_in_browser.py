"""Charts in Chromium, under the pages' policy: drawn, in the theme's colours, offering nobody's cloud."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from tests.ui.serve import shop_app
from tests.ui.shop import Shop

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]


def test_charts_are_drawn_without_a_way_out(page: Page, serve: Serve) -> None:
    page.goto(serve(shop_app(Shop())) + "/links/checkout/payment")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert page.locator(".chart.drawn").count() == 3
    assert page.locator(".modebar-btn").count() == 0
    assert page.locator(".plotlyjsicon").count() == 0
    assert page.locator('a[href*="plotly.com"], a[href*="chart-studio"]').count() == 0


def test_charts_follow_the_theme(page: Page, serve: Serve) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(serve(shop_app(Shop())) + "/links/fulfilment/shipping")
    bar = page.locator(".trace.bars .point path").first
    light = bar.evaluate("bar => bar.style.fill")
    page.locator("#theme").click()
    page.wait_for_function(
        "(light) => document.querySelector('.trace.bars .point path').style.fill !== light", arg=light
    )


def test_drawing_moves_nothing(page: Page, serve: Serve) -> None:
    url = serve(shop_app(Shop())) + "/links/checkout/payment"
    page.goto(url)
    page.wait_for_selector(".js-plotly-plot .main-svg")
    drawn = page.locator("#operations").bounding_box()
    context = page.context.browser
    assert context
    still = context.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}).new_page()
    still.goto(url)
    undrawn = still.locator("#operations").bounding_box()
    assert drawn and undrawn
    assert drawn["y"] == undrawn["y"]
    still.context.close()
