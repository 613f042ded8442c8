from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from tests.ui.trace.hostile import PAYLOADS, hostile_trace
from tests.ui.trace.inert import problems_in
from tests.ui.trace.shelf import serving, shelf_app, shelf_of
from tests.ui.trace.shop import SHOP_TRACE_ID, build_trace, large_trace, shop_sketches, shop_trace

OTHER_ID = "1" * 32
BIG_ID = "2" * 32
QUICK = [replace(one, duration=one.duration * (0.3 if one.id == "bnk" else 1)) for one in shop_sketches()]
SHELF = shelf_of([shop_trace(), build_trace(QUICK, OTHER_ID), large_trace(3_000, BIG_ID)])
BOTH = f"/compare?a={OTHER_ID}&b={SHOP_TRACE_ID}"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(shelf_app(SHELF)) as opened:
        yield opened


def test_differences_are_told_and_listed(client: TestClient) -> None:
    html = client.get(BOTH).text
    assert "bank POST /authorize did 678 ms more work of its own" in html
    assert html.count("▲ slower") == 1
    assert html.count("<tr class=") == 14
    assert client.get(f"{BOTH}&rows=changes").text.count("<tr class=") == 7


def test_one_trace_is_offered_others_of_its_operation(client: TestClient) -> None:
    html = client.get(f"/compare?a={SHOP_TRACE_ID}").text
    assert "Choose a second trace to compare with." in html
    assert f"b={OTHER_ID}" in html
    assert f"b={SHOP_TRACE_ID}" not in html
    assert "Choose two traces to compare." in client.get("/compare").text


def test_unknown_and_unreadable_ids_are_said(client: TestClient) -> None:
    assert client.get("/compare?a=beef").status_code == 404
    assert client.get("/compare?a=no").status_code == 422


def test_large_comparisons_open_with_the_differences(client: TestClient) -> None:
    html = client.get(f"/compare?a={BIG_ID}&b={BIG_ID}").text
    assert "Nothing differs" in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_never_markup(payload: str) -> None:
    shelf = shelf_of([hostile_trace(payload), build_trace(QUICK, OTHER_ID)])
    client = TestClient(shelf_app(shelf))
    assert problems_in(client.get(BOTH).text) == []
    assert problems_in(client.get(f"/compare?b={SHOP_TRACE_ID}").text) == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_traces_can_be_swapped_and_read_by_everyone(page: Page, axe_source: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    with serving(SHELF) as base:
        page.goto(base + BOTH)
        page.get_by_role("link", name="Swap").click()
        expect(page.locator(".change-faster")).to_have_count(1)
        page.evaluate(axe_source)
        found = page.evaluate(
            "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => [v.id, v.nodes[0].html]))"
        )
    assert found == []
