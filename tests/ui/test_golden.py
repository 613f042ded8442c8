"""Small pages, whole, against files that a person has read; `SPANHOUSE_GOLDEN=write` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.ui.serve import shop_app
from tests.ui.shop import Shop
from tests.ui.shop_links import link

GOLDEN = Path(__file__).parent / "golden"
TWO_LINKS = (
    link("web", "pay", calls=1_240, errors=12, p95=812, baseline=159, status="slow", reasons=("5.1x",)),
    link("pay", "postgresql/pay", "database", calls=900, p95=4, callee_kind="database"),
)
PAGES = {
    "map": "/",
    "links": "/links?sort=calls",
    "services": "/services?start=-1h",
    "not_found": "/links/web/nobody",
    "bad_time": "/?start=yesterday",
}


def settled(html: str) -> str:
    """The page without the hashes in its files' names and without the frame that all pages share."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"/static/[0-9a-f]{12}/", "/static/HASH/", main) + "</main>\n"


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_is_as_it_was_read(name: str) -> None:
    with TestClient(shop_app(Shop(TWO_LINKS)), headers={"accept": "text/html"}) as client:
        page = settled(client.get(PAGES[name]).text)
    file = GOLDEN / f"{name}.html"
    if os.environ.get("SPANHOUSE_GOLDEN") == "write":
        file.write_text(page)
    assert page == file.read_text()


def test_the_frame_is_as_it_was_read() -> None:
    with TestClient(shop_app(Shop(TWO_LINKS)), headers={"accept": "text/html"}) as client:
        html = client.get("/services").text
    header = html[html.index("<header") : html.index("</header>")] + "</header>\n"
    file = GOLDEN / "header.html"
    if os.environ.get("SPANHOUSE_GOLDEN") == "write":
        file.write_text(header)
    assert header == file.read_text()
