from __future__ import annotations

import re
import shlex
from html import unescape

import pytest
from starlette.testclient import TestClient

from query.causes.selection import Selection
from tests.ui.links.test_detail_page import plain
from tests.ui.shop import Shop

LINK = "/links/checkout/payment"


def test_the_page_leaves_a_place_for_what_costs_more(client: TestClient, shop: Shop) -> None:
    html = client.get(f"{LINK}?start=-1h").text
    assert f'data-part="{LINK}/selection?select=slow&amp;start=-1h"' in html
    assert f'data-part="{LINK}/around?start=-1h"' in html
    assert "data-filled" not in html
    assert f'href="{LINK}?select=slow&amp;start=-1h#causes"' in html
    assert not [name for name, _ in shop.asked if name == "selection"]


def test_a_selection_is_a_plain_link(client: TestClient, shop: Shop) -> None:
    html = client.get(f"{LINK}?select=failing&min_duration_ms=80").text
    assert ("selection", Selection("failing", min_duration_ms=80)) in shop.asked
    assert "What tells failing calls of 80.0 ms and more from the rest" in plain(html)
    assert "97 % of them have service.version = 2.4.1 (payment)" in plain(html)
    assert html.count("data-filled") == 1
    assert f'data-part="{LINK}/selection?select=failing&amp;min_duration_ms=80"' in html


def test_a_part_alone_is_the_same_as_in_its_page(client: TestClient) -> None:
    whole = plain(client.get(f"{LINK}?select=slow&around=1").text)
    for part in ("selection", "around"):
        answer = client.get(f"{LINK}/{part}?select=slow")
        assert answer.headers["content-security-policy"]
        assert "<html" not in answer.text
        assert plain(answer.text).strip() in whole


def test_selected_calls_open_at_their_span(client: TestClient, shop: Shop) -> None:
    first = next(link for link in shop.all_links if link.callee == "payment").exemplars[0]
    html = client.get(f"{LINK}/selection?select=slow&start=-1h").text
    assert f'href="/trace/{first.trace_id}?span={first.span_id}&amp;start=-1h"' in html


def test_the_comparison_can_be_pasted_from_the_page(client: TestClient) -> None:
    html = client.get(f"{LINK}/selection?select=failing&start=-1h").text
    command = re.search(r"<pre[^>]*>(curl .*?)</pre>", html, re.S)
    assert command
    address = f"http://testserver/api/v1{LINK}/selection?select=failing&start=-1h"
    assert shlex.split(unescape(command[1])) == ["curl", address]


def test_who_waits_and_who_answers_stand_as_text(client: TestClient) -> None:
    text = plain(client.get(f"{LINK}/around").text)
    assert re.search(r"18 % of end-to-end critical path is this link, rank 2 \(500 traces looked at\)", text)
    assert "2.4.1 18 % 5 % 812 ms" in text
    assert "The same for all: host.name = node-1." in text
    assert "checkout 1.38/s 0.97 % 812 ms 100 %" in text


def test_a_callee_without_spans_says_so(client: TestClient) -> None:
    text = plain(client.get("/links/payment/bank.example.com/around").text)
    assert "or no spans at all" in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{LINK}/luck", 404),
        ("/links/checkout/nobody/selection", 404),
        (f"{LINK}/selection?select=luck", 422),
        (f"{LINK}?min_duration_ms=x", 422),
        (f"{LINK}/a/b", 404),
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_said(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status
