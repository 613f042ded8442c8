"""No text from a span ever becomes markup: hostile pages have the tags and attributes of harmless ones."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.ui.hostile_shop import HostileShop
from tests.ui.serve import shop_app
from tests.ui.shop import shop_in_namespaces
from tests.ui.trace.hostile import PAYLOADS
from tests.ui.trace.inert import UNSEEN
from ui.paths import link_path, service_path
from ui.time_range import url


class Skeleton(HTMLParser):
    """Collects which attributes each tag of a page has, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[tuple[str, str]] = set()
        self.hrefs: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.hrefs |= {value or "" for name, value in attrs if name in ("href", "src", "action")}


def skeleton(html: str) -> Skeleton:
    parsed = Skeleton()
    parsed.feed(html)
    return parsed


def pages(payload: str) -> list[str]:
    return [
        url("/", link=f"checkout{payload}~payment{payload}"),
        url("/", node=f"checkout{payload}"),
        url("/", service=payload),
        url("/", group="namespace"),
        url("/", namespace=f"shop{payload}"),
        url("/", namespace=payload),
        "/?labels=1&only=trouble",
        "/links",
        url("/links", caller=payload),
        link_path(f"checkout{payload}", f"payment{payload}"),
        "/services",
        service_path(f"payment{payload}"),
        link_path(payload, payload),
        url("/links", sort=payload),
        url("/", start=payload),
    ]


@pytest.fixture(scope="module")
def harmless() -> set[tuple[str, str]]:
    with TestClient(shop_app(shop_in_namespaces()), headers={"accept": "text/html"}) as client:
        tags = set().union(*(skeleton(client.get(path).text).tags for path in pages("")))
        return tags | {(tag, "title") for tag in ("span", "a")}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_stay_text(payload: str, harmless: set[tuple[str, str]]) -> None:
    with TestClient(shop_app(HostileShop(payload=payload)), headers={"accept": "text/html"}) as client:
        for path in pages(payload):
            answer = client.get(path)
            assert answer.status_code in (200, 404, 422), path
            assert not UNSEEN & set(answer.text), path
            found = skeleton(answer.text)
            assert found.tags <= harmless, path
            assert {href for href in found.hrefs if not href.startswith(("/", "#", "?"))} == set(), path


def test_the_corpus_reaches_the_pages() -> None:
    payload = PAYLOADS[0]
    with TestClient(shop_app(HostileShop(payload=payload)), headers={"accept": "text/html"}) as client:
        assert all("&lt;script&gt;" in client.get(path).text for path in ("/", "/links", "/services"))
