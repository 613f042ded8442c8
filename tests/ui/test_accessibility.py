"""axe-core on every page, in both themes: no serious finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page

from tests.ui.serve import shop_app
from tests.ui.shop import shop_in_namespaces

pytestmark = pytest.mark.browser
PAGES = (
    "/",
    "/?link=checkout~payment&labels=1",
    "/?node=checkout",
    "/?group=namespace&link=namespace:shop~namespace:payments",
    "/?namespace=shop",
    "/links",
    "/links/checkout/payment",
    "/links/fulfilment/shipping?select=failing&around=1",
    "/links?sort=critical_path",
    "/services",
    "/services?table=sla",
    "/services/payment?processes=1",
)
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((found) => ["serious", "critical"].includes(found.impact))
  .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@pytest.mark.parametrize("path", PAGES)
def test_no_serious_finding(page: Page, serve: Callable[[FastAPI], str], axe_source: str, path: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(serve(shop_app(shop_in_namespaces())) + path)
    # evaluate() is not bound by the page's policy, a <script> element would be.
    page.evaluate(axe_source)
    light = page.evaluate(RUN)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(RUN)
    assert {"light": light, "dark": dark} == {"light": [], "dark": []}
