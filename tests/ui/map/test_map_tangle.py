"""Wide maps, and one where nearly all call all, in Chromium. Times are printed (`pytest -s`)."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page

from query.model.link import DependencyLink
from tests.ui.serve import shop_app
from tests.ui.shop import Shop
from tests.ui.shop_links import link

pytestmark = pytest.mark.browser
Serve = Callable[[FastAPI], str]

OBSERVE = """
window.shift = 0; window.longest = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) longest = Math.max(longest, one.duration);
}).observe({type: "longtask", buffered: true});
"""
# Shares of the picture's frame: where the nodes begin and end across, at first.
ACROSS = """() => {
  const frame = document.getElementById("map-picture").getBoundingClientRect();
  const nodes = [...document.querySelectorAll("a.node .outline")].map((node) => node.getBoundingClientRect());
  return [Math.min(...nodes.map((box) => box.left)), Math.max(...nodes.map((box) => box.right))]
    .map((x) => (x - frame.left) / frame.width);
}"""


def tangle() -> tuple[DependencyLink, ...]:
    """30 services, 250 links, one slow and one failing among them."""
    randomness = random.Random(1)
    names = [f"service-{i:02}" for i in range(30)]
    found = {("user", name): link("user", name, caller_kind="user") for name in names}
    while len(found) < 220:
        caller, callee = randomness.sample(names, 2)
        found[caller, callee] = link(caller, callee)
    while len(found) < 250:
        caller, store = randomness.choice(names), f"pg-{randomness.randrange(4)}"
        found[caller, store] = link(caller, store, "database", callee_kind="database")
    slow, failing = [pair for pair in found if pair[0] != "user"][10:150:100]
    found[slow] = link(*slow, p95=812, baseline=90, status="slow")
    found[failing] = link(*failing, calls=4_000, errors=340, status="failing")
    return tuple(found.values())


def test_a_tangle_is_seen_whole_and_moves_nothing(page: Page, serve: Serve) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.add_init_script(OBSERVE)
    page.goto(serve(shop_app(Shop(tangle()))))
    page.wait_for_load_state("networkidle")
    left, right = page.evaluate(ACROSS)
    assert 0 <= left < 0.1
    assert 0.9 < right <= 1
    assert page.locator(".flag.is-slow, .flag.is-failing").count() == 2
    # A mouse over a node dims the rest; nothing of that may move what is read.
    page.locator("a.node[data-service='service-03'] .outline").hover(force=True)
    assert page.evaluate("shift") < 0.01
    print(f"\n250 links: longest task {page.evaluate('longest'):.0f} ms")


def test_a_long_chain_begins_in_sight_and_can_be_scrolled(page: Page, serve: Serve) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    names = [f"step-{i:02}" for i in range(22)]
    links = tuple(link(caller, callee) for caller, callee in pairwise(names))
    page.goto(serve(shop_app(Shop(links))))
    left, right = page.evaluate(ACROSS)
    assert 0 <= left < 0.1
    assert right > 1
    first = page.locator("a.node[data-service='step-00'] .outline").bounding_box()
    frame = page.locator("#map-picture").bounding_box()
    assert first and frame
    assert frame["y"] < first["y"] < frame["y"] + frame["height"]
    page.locator("a.node[data-service='step-21']").scroll_into_view_if_needed()
    assert page.evaluate(ACROSS)[1] <= 1.01
