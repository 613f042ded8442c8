"""The link's page in Chromium: parts arrive, a frame on the heatmap selects, and the URL has it all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from tests.ui.serve import shop_app
from tests.ui.shop import Shop

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]
LINK = "/links/checkout/payment"


def draw_a_frame(page: Page) -> None:
    area = page.locator(".chart-heatmap .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.2, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()


def test_parts_arrive_without_moving_anything(page: Page, serve: Serve) -> None:
    page.goto(serve(shop_app(Shop())) + LINK)
    before = page.locator("#requests").bounding_box()
    expect(page.locator("#selection h2")).to_have_text("What tells the slowest 5 % from the rest")
    expect(page.locator("#selection .differences tbody tr")).to_have_count(4)
    assert before == page.locator("#requests").bounding_box()
    expect(page.locator("#around table")).to_have_count(0)
    page.locator("#operations").scroll_into_view_if_needed()
    expect(page.locator("#around table")).to_have_count(3)


def test_a_frame_is_a_selection_in_the_url(page: Page, serve: Serve) -> None:
    shop = Shop()
    page.goto(serve(shop_app(shop)) + LINK)
    page.wait_for_selector(".chart-heatmap.drawn .nsewdrag")
    draw_a_frame(page)
    page.wait_for_url("**min_duration_ms=*")
    expect(page.locator("#selection h2")).to_contain_text("What tells calls of")
    asked = [selection for name, selection in shop.asked if name == "selection"][-1]
    words = page.locator("#selection h2").text_content()
    # The same address says the same when it is opened anew.
    page.reload()
    expect(page.locator("#selection h2")).to_have_text(words or "")
    assert [selection for name, selection in shop.asked if name == "selection"][-1] == asked
    page.go_back()
    expect(page.locator("#selection h2")).to_have_text("What tells the slowest 5 % from the rest")


def test_a_chip_selects_without_leaving_the_page(page: Page, serve: Serve) -> None:
    page.goto(serve(shop_app(Shop())) + LINK)
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="failing", exact=True).click()
    expect(page.locator("#selection h2")).to_have_text("What tells failing calls from the rest")
    expect(page.locator(".chip[aria-current]")).to_have_text("failing")
    assert page.evaluate("window.stayed")
    assert page.url.endswith(f"{LINK}?select=failing")


def test_without_scripts_every_selection_is_a_link_or_a_form(page: Page, serve: Serve) -> None:
    address = serve(shop_app(Shop())) + LINK
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(address)
    still.get_by_label("from, in ms").fill("400")
    still.get_by_role("button", name="with the rest").click()
    expect(still.locator("#selection h2")).to_have_text("What tells calls of 400 ms and more from the rest")
    still.get_by_role("link", name="Callers, versions and instances").click()
    expect(still.locator("#around table")).to_have_count(3)
    context.close()


def test_nothing_sticks_out_of_a_narrow_page(page: Page, serve: Serve) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(serve(shop_app(Shop())) + f"{LINK}?select=slow&around=1")
    page.wait_for_selector(".chart-heatmap.drawn")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
