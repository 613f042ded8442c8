from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.ui.trace.hostile import PAYLOADS, hostile_trace
from tests.ui.trace.inert import UNSEEN, problems_in
from tests.ui.trace.shelf import Shelf, shelf_app, shelf_of
from tests.ui.trace.shop import SHOP_TRACE_ID, large_trace, shop_trace, span_id
from ui.trace.pages import PAGE_ROWS

PAGE = f"/trace/{SHOP_TRACE_ID}"
BIG_ID = "0" * 31 + "a"
GOLDEN = Path(__file__).parent / "golden_rows.html"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shelf_of([shop_trace(), large_trace(2_000, BIG_ID)])


@pytest.fixture(scope="module")
def client(shelf: Shelf) -> Iterator[TestClient]:
    with TestClient(shelf_app(shelf)) as opened:
        yield opened


def row_ids(html: str) -> list[str]:
    return re.findall(r'role="row" aria-level="\d+" data-span-id="([^"]+)"', html)


def test_every_span_is_a_row_in_tree_order(client: TestClient) -> None:
    html = client.get(PAGE).text
    assert row_ids(html) == [span.span_id for span in shop_trace().spans]


def test_the_page_answers_first(client: TestClient) -> None:
    html = client.get(PAGE).text
    assert "This request took 1.24 s; 985 ms of it was payment → bank, which failed." in html
    assert "985 ms = server 968 ms + gap 17.0 ms" in html
    assert "2026-11-22 16:50:00.000 UTC" in html
    assert "1 span names a parent that has not arrived" in html


def test_rows_look_as_they_did(client: TestClient) -> None:
    """Golden file; after a wanted change, run with SPANHOUSE_GOLDEN=write and look at the page."""
    html = client.get(PAGE).text
    rows = html[html.index('<div id="rows"') : html.index("<aside")]
    shown = "\n".join(line.strip() for line in rows.splitlines() if line.strip()) + "\n"
    if os.environ.get("SPANHOUSE_GOLDEN") == "write":
        GOLDEN.write_text(shown)
    assert shown == GOLDEN.read_text()


def test_a_span_opens_beside_without_scripts(client: TestClient) -> None:
    html = client.get(PAGE, params={"span": span_id("bnk")}).text
    drawer = html[html.index("<aside") :]
    assert "card declined" in drawer
    assert "raise CardDeclined(card)" in drawer
    assert "402" in drawer


def test_an_unknown_span_leaves_the_panel_closed(client: TestClient) -> None:
    assert (
        'id="drawer" aria-label="Span" tabindex="-1" hidden' in client.get(PAGE, params={"span": "feed"}).text
    )


def test_the_state_in_the_url_is_answered_by_the_server(client: TestClient) -> None:
    assert len(row_ids(client.get(PAGE, params={"fold": "1"}).text)) == 14
    assert len(row_ids(client.get(PAGE, params={"depth": "1"}).text)) == 3
    assert len(row_ids(client.get(PAGE, params={"closed": span_id("stk")}).text)) == 13
    found = client.get(PAGE, params={"q": "authorize"}).text
    assert "1 match" in found
    assert found.count("wf-match") == 1


def test_long_traces_come_in_pages(client: TestClient) -> None:
    first = client.get(f"/trace/{BIG_ID}").text
    assert len(row_ids(first)) == PAGE_ROWS
    last = client.get(f"/trace/{BIG_ID}", params={"page": "999"}).text
    ids = row_ids(first) + row_ids(last)
    assert len(set(ids)) == len(ids)
    assert "Page 34 of 34, 2,000 rows in all" in last


def test_flame_view_and_map_are_pages_too(client: TestClient) -> None:
    flame = client.get(PAGE, params={"view": "flame"}).text
    assert "4 × <b>stock</b> SELECT stock" in flame
    drawn = client.get(PAGE, params={"view": "map"}).text
    assert "Map of this trace: 8 services, 6 links" in drawn


def test_the_panel_and_the_search_are_answered_without_reading_the_trace_again(shelf: Shelf) -> None:
    client = TestClient(shelf_app(shelf))
    client.get(PAGE)
    before = shelf.reads
    panel = client.get(f"{PAGE}/span/{span_id('q1')}")
    assert "SELECT id, sku, price\nFROM stock" in panel.text
    assert "<html" not in panel.text
    assert client.get(f"{PAGE}/find", params={"q": "authorize"}).json() == {"positions": [13]}
    assert shelf.reads == before


def test_ids_are_read_as_people_write_them(client: TestClient) -> None:
    assert client.get(f"/trace/{SHOP_TRACE_ID.upper()}").status_code == 200
    assert client.get("/trace/a").status_code == 200
    missing = client.get("/trace/beef")
    assert missing.status_code == 404
    assert "No span of trace beef is stored." in missing.text
    assert "may not have arrived yet" in missing.text and "outside the chosen time" not in missing.text
    odd = client.get("/trace/<script>")
    assert odd.status_code == 404
    assert "<script>&#39; is not" not in odd.text
    assert "<script>' is not" not in odd.text
    assert client.get(f"{PAGE}/span/feed").status_code == 404


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("view", ["waterfall", "flame", "map"])
def test_hostile_text_is_never_markup(payload: str, view: str) -> None:
    client = TestClient(shelf_app(shelf_of([hostile_trace(payload)])))
    html = client.get(PAGE, params={"view": view, "span": span_id("bnk"), "q": payload}).text
    assert problems_in(html) == []
    assert not UNSEEN & set(html)
    panel = client.get(f"{PAGE}/span/{span_id('bnk')}").text
    assert problems_in(panel) == []
    assert not UNSEEN & set(panel)


def test_the_inspector_sees_what_it_must() -> None:
    for payload in PAYLOADS:
        if "<" in payload and "<!--" not in payload and "<%" not in payload:
            assert problems_in(f"<p title='{payload}' data-a=\"{payload}\">{payload}</p>"), payload
