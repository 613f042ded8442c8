"""Traces of 10,000 and 100,000 spans in Chromium. Times are printed (`pytest -s`), never asserted."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.ui.trace.shelf import serving, shelf_of
from tests.ui.trace.shop import deep_trace, large_trace, wide_trace

pytestmark = pytest.mark.browser

# What fits a screen and a margin above and below; the whole trace would be thousands.
MOST_DRAWN_ROWS = 120
LARGE_ID, HUGE_ID = "0" * 31 + "a", "0" * 31 + "b"


def open_and_time(page: Page, url: str, what: str) -> None:
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    expect(page.locator("#waterfall[data-ready]")).to_be_attached(timeout=60_000)
    print(f"\n{what}: interactive after {(time.perf_counter() - began) * 1000:.0f} ms")


def use_and_time(page: Page, count: int) -> None:
    """Collapses, expands, scrolls and searches; the page must stay small and right."""
    drawn = page.locator("#rows [data-span-id]")
    assert drawn.count() <= MOST_DRAWN_ROWS
    began = time.perf_counter()
    page.keyboard.press("]")
    expect(drawn).to_have_count(1)
    page.keyboard.press("[")
    expect(drawn).not_to_have_count(1)
    print(f"collapse and expand all: {(time.perf_counter() - began) * 1000:.0f} ms")
    height = page.locator("#rows").evaluate("rows => rows.offsetHeight")
    assert height == count * 28
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    middle = page.evaluate_handle("() => document.querySelector('#rows [data-span-id]').dataset.spanId")
    assert drawn.count() <= MOST_DRAWN_ROWS
    expect(drawn.first).not_to_have_attribute("data-span-id", middle.json_value() + "x")
    began = time.perf_counter()
    page.locator("#find-text").fill("error")
    expect(page.locator("#find-count")).to_contain_text("match", timeout=60_000)
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator(".wf-error:focus")).to_be_in_viewport(timeout=20_000)
    print(f"search and jump: {(time.perf_counter() - began) * 1000:.0f} ms")
    began = time.perf_counter()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_be_visible(timeout=60_000)
    print(f"open a span: {(time.perf_counter() - began) * 1000:.0f} ms")
    assert drawn.count() <= MOST_DRAWN_ROWS


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(shelf_of([large_trace(10_000, LARGE_ID), wide_trace(5_000)])) as url:
        yield url


def test_ten_thousand_spans(page: Page, base: str) -> None:
    open_and_time(page, f"{base}/trace/{LARGE_ID}", "10,000 spans")
    use_and_time(page, 10_000)


def test_five_thousand_siblings_fold_to_three_rows(page: Page, base: str) -> None:
    open_and_time(page, f"{base}/trace/{'0' * 31}1?fold=1", "5,000 siblings, folded")
    assert page.locator("#rows *").count() < 1_500
    expect(page.locator("#rows [data-span-id]")).to_have_count(3)


def test_two_thousand_levels(page: Page) -> None:
    with serving(shelf_of([deep_trace(2_000)])) as base:
        open_and_time(page, f"{base}/trace/{deep_trace(1).trace_id}", "2,000 levels")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        last = page.locator("#rows [data-span-id]").last
        expect(last).to_contain_text("level 1999")
        expect(last.locator("a")).to_be_in_viewport()


@pytest.mark.slow
def test_a_hundred_thousand_spans(page: Page) -> None:
    with serving(shelf_of([large_trace(100_000, HUGE_ID)])) as base:
        open_and_time(page, f"{base}/trace/{HUGE_ID}", "100,000 spans")
        use_and_time(page, 100_000)
