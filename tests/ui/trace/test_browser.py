from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.trace.hostile import PAYLOADS, hostile_trace
from tests.ui.trace.shelf import serving, shelf_of
from tests.ui.trace.shop import SHOP_TRACE_ID, shop_trace, span_id, wide_trace

pytestmark = pytest.mark.browser

WIDE_ID = "0" * 31 + "1"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(shelf_of([shop_trace(), wide_trace(40)])) as url:
        yield url


def open_trace(page: Page, base: str, query: str = "", trace_id: str = SHOP_TRACE_ID) -> None:
    page.goto(f"{base}/trace/{trace_id}{query}")
    expect(page.locator("#waterfall[data-ready]")).to_be_attached()


def rows(page: Page) -> list[str]:
    found: list[str] = page.locator("#rows [data-span-id]").evaluate_all(
        "rows => rows.filter(row => row.checkVisibility()).map(row => row.dataset.spanId)"
    )
    return found


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.dataset.spanId || ''")
    return found


READ_ROWS = """
  rows => rows.map(row => [
    row.dataset.spanId,
    [...row.children].map(cell => cell.textContent.trim()),
    [...row.querySelectorAll('.wf-time i')].map(i => [
      i.className, ...['--l', '--w'].map(name => (+i.style.getPropertyValue(name)).toFixed(2))]),
  ])
"""


@pytest.mark.parametrize("query", ["", "?fold=1", "?times=raw", "?depth=3"])
def test_the_script_draws_the_rows_the_server_prints(page: Page, base: str, query: str) -> None:
    """Two renderers, one look."""
    open_trace(page, base, query)
    printed = page.evaluate(
        f"""async () => {{
          const html = await (await fetch(location.href)).text();
          const read = {READ_ROWS};
          return read([...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('#rows > *')]);
        }}"""
    )
    assert page.locator("#rows > *").evaluate_all(READ_ROWS) == printed
    assert len(printed) > 5


def test_the_keyboard_reaches_every_row_and_opens_the_span(page: Page, base: str) -> None:
    open_trace(page, base)
    page.keyboard.press("j")
    assert focused(page) == span_id("web")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == span_id("chk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_contain_text("stock.Stock/Reserve")
    assert f"span={span_id('c1')}" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_back()
    expect(page.locator("#drawer")).to_be_visible()


def test_levels_and_subtrees_collapse_and_the_url_keeps_it(page: Page, base: str) -> None:
    open_trace(page, base)
    page.keyboard.press("p")
    assert span_id("bnk") not in rows(page)
    page.keyboard.press("p")
    page.keyboard.press("o")
    page.keyboard.press("o")
    assert len(rows(page)) == 17
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowLeft")
    assert rows(page) == [span_id("web"), span_id("w1"), span_id("lost")]
    assert page.locator(f"[data-span-id='{span_id('w1')}']").get_attribute("aria-expanded") == "false"
    page.reload()
    expect(page.locator("#waterfall[data-ready]")).to_be_attached()
    assert rows(page) == [span_id("web"), span_id("w1"), span_id("lost")]
    page.locator(f"[data-span-id='{span_id('w1')}'] .wf-twist").click()
    assert len(rows(page)) == 17


def test_similar_siblings_fold_and_unfold(page: Page, base: str) -> None:
    open_trace(page, base, trace_id=WIDE_ID)
    page.keyboard.press("y")
    folded = page.locator("#rows [data-span-id]").nth(1)
    expect(folded).to_contain_text("39 ×")
    expect(folded).to_contain_text("39 calls, 15.6 ms in all, 400 µs at most")
    expect(page.locator("#rows [data-span-id]")).to_have_count(3)
    assert "fold=1" in page.url
    folded.locator(".wf-twist").click()
    expect(page.locator("#rows [data-span-id]")).to_have_count(41)


def test_search_marks_and_jumps(page: Page, base: str) -> None:
    open_trace(page, base)
    page.keyboard.press("/")
    page.keyboard.type("status_code=402")
    expect(page.locator("#find-count")).to_have_text("1 match")
    expect(page.locator(".wf-match")).to_have_attribute("data-span-id", span_id("bnk"))
    page.keyboard.press("Escape")
    page.keyboard.press("]")
    page.keyboard.press("f")
    assert focused(page) == span_id("bnk")
    assert "q=status_code" in page.url


def test_zoom_moves_bars_and_returns(page: Page, base: str) -> None:
    open_trace(page, base)
    bar = page.locator(f"[data-span-id='{span_id('p0')}'] .wf-bar")
    before = bar.bounding_box()
    map_box = page.locator("#minimap").bounding_box()
    assert before and map_box
    page.mouse.move(map_box["x"] + map_box["width"] * 0.1, map_box["y"] + 20)
    page.mouse.down()
    page.mouse.move(map_box["x"] + map_box["width"] * 0.3, map_box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("zoom="))
    after = bar.bounding_box()
    assert after and after["width"] > before["width"] * 3
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("zoom="))
    again = bar.bounding_box()
    assert again and abs(again["width"] - before["width"]) < 1


def test_critical_path_and_help(page: Page, base: str) -> None:
    open_trace(page, base)
    part = page.locator(".wf-critical").first
    expect(part).to_be_visible()
    page.keyboard.press("c")
    expect(part).to_be_hidden()
    assert "critical=off" in page.url
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("expand all")


def test_a_hop_leads_to_its_span(page: Page, base: str) -> None:
    open_trace(page, base)
    page.locator(".hops a").first.click()
    expect(page.locator("#drawer")).to_contain_text("Failed: card declined")
    expect(page.locator(".wf-chosen")).to_have_attribute("data-span-id", span_id("p1"))
    expect(page.locator(".wf-chosen")).to_be_in_viewport()


def test_attributes_can_be_copied(page: Page, base: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_trace(page, base, f"?span={span_id('c2')}")
    page.get_by_role("button", name="Copy url.path").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "/charge"


def test_everything_can_be_read_without_scripts(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/trace/{SHOP_TRACE_ID}")
    assert page.locator("#rows [data-span-id]").count() == 17
    page.locator(f"[data-span-id='{span_id('bnk')}'] a").click()
    assert "CardDeclined" in page.locator("#drawer").inner_text()
    page.locator("[data-close]").click()
    assert page.locator("#drawer").is_hidden()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "?view=flame", "?view=map", f"?span={span_id('bnk')}"])
def test_nothing_serious_for_axe(page: Page, base: str, axe_source: str, view: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{base}/trace/{SHOP_TRACE_ID}{view}")
    page.evaluate(axe_source)
    found = page.evaluate(
        "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html + n.any.map(a => a.message))]))"
    )
    assert found == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_inert(page: Page, payload: str) -> None:
    with serving(shelf_of([hostile_trace(payload)])) as base:
        open_trace(page, base, f"?span={span_id('bnk')}")
        page.keyboard.press("]")
        page.keyboard.press("[")
        page.locator("#rows [data-span-id]").nth(2).click()
        expect(page.locator("#drawer")).to_contain_text("checkout")
        for view in ("flame", "map"):
            page.goto(f"{base}/trace/{SHOP_TRACE_ID}?view={view}")
        assert page.evaluate("window.pwned") is None
        assert page.locator("img, iframe, object").count() == 0
