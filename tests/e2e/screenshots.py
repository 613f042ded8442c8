"""`make screenshots`: pictures of every page with the demo running, light and dark.

Starts the demo, waits until one link is slow and another is failing, and leaves PNG files in docs/images
or in the directory given.
"""

from __future__ import annotations

import argparse
import tempfile
import urllib.parse
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, sync_playwright

from tests import tools
from tests.e2e.process import ANY_FREE_PORTS, SpanhouseProcess, eventually, started

WAIT_SECONDS = 300.0
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_DEMO = [
    "demo",
    "--no-open-browser",
    "--port",
    "0",
    "--slow-after",
    "15",
    "--fail-after",
    "30",
    *ANY_FREE_PORTS,
]


def main() -> None:
    """Takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=tools.REPOSITORY / "docs" / "images")
    into: Path = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, started(_DEMO, Path(home)) as demo:
        print("The demo runs; waiting for a slow and a failing link", flush=True)
        slow = eventually(lambda: _link(demo, "slow") if _link(demo, "failing") else None, WAIT_SECONDS)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=tools.chromium(), args=["--no-sandbox"])
            for scheme in SCHEMES:
                for name, path in _pages(slow).items():
                    _take(browser, demo.ui + path, into / f"{name}-{scheme}.png", scheme)
                    print(into / f"{name}-{scheme}.png", flush=True)
            browser.close()
        demo.stop()


def _link(demo: SpanhouseProcess, status: str) -> dict[str, Any] | None:
    """The link of a status that is furthest above its baseline and has a request to show."""
    links = [link for link in demo.get(f"/api/v1/links?status={status}")["links"] if link["exemplars"]]
    return max(links, key=_times_its_baseline, default=None)


def _times_its_baseline(link: dict[str, Any]) -> float:
    seen = link["client_ms"] or link["server_ms"]
    return float(seen["p95"] / (link["baseline_p95_ms"] or seen["p95"]))


def _pages(link: dict[str, Any]) -> dict[str, str]:
    caller, callee = (urllib.parse.quote(link[side], safe="") for side in ("caller", "callee"))
    return {
        "map": "/",
        "links": "/links",
        "link": f"/links/{caller}/{callee}",
        "trace": f"/trace/{link['exemplars'][0]['trace_id']}",
        "search": f"/traces?service={callee}&sort=slowest",
        "service": f"/services/{callee}",
    }


def _take(browser: Browser, url: str, target: Path, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main()
