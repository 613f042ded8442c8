"""What a person waits for in Chromium: opens a page, takes the times that the browser itself notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from tests import tools

_VIEWPORT = {"width": 1440, "height": 900}
_OBSERVE = """
window.seen = {shift: 0, tasks: []};
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) seen.tasks.push(one.duration);
}).observe({type: "longtask", buffered: true});
"""
_READ = """
() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    answered: navigation.responseEnd, painted: paint ? paint.startTime : 0, loaded: navigation.loadEventEnd,
    shift: seen.shift, longest: Math.max(0, ...seen.tasks),
  };
}
"""
# For each new tab Chromium loads scripts of its own (a trace of it shows the address bar's pop-up). They take
# a third of a second of both cores, which a person who follows a link has behind them.
_NEW_TAB_MS = 1_500
# Set by the page's script when rows, keys and clicks work; noted by the page's own clock.
_READY = """
(mark) => new Promise((done) => {
  const look = () => document.querySelector(mark) ? done(performance.now()) : requestAnimationFrame(look);
  look();
})
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One page in Chromium, in ms after the navigation began.

    Attributes:
        answered_ms: The last byte of the page was there.
        painted_ms: First contentful paint.
        ready_ms: Usable: its mark is there, or everything is loaded when it has none.
        shift: Cumulative layout shift.
        longest_task_ms: The longest time nothing else could happen; 0 below 50 ms.
    """

    answered_ms: float
    painted_ms: float
    ready_ms: float
    shift: float
    longest_task_ms: float


class Chromium:
    """One browser, a new tab for each page; static files stay in its cache."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context(viewport=_VIEWPORT)  # type: ignore[arg-type]  # a TypedDict
        self._context.add_init_script(_OBSERVE)

    def open(self, url: str, mark: str = "") -> Opened:
        """Opens a page and waits until it is usable.

        Args:
            url: The page.
            mark: A selector of what the page's script sets when it is done.
        """
        page = self._context.new_page()
        page.wait_for_timeout(_NEW_TAB_MS)
        page.goto(url, wait_until="commit")
        ready_ms = float(page.evaluate(_READY, mark)) if mark else 0.0
        page.wait_for_load_state("networkidle")
        read = page.evaluate(_READ)
        page.close()
        return Opened(
            read["answered"], read["painted"], ready_ms or read["loaded"], read["shift"], read["longest"]
        )


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Starts the browser that the tests use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield Chromium(browser)
        browser.close()
