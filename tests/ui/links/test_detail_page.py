from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from query.model.window import Window
from tests.ui.serve import shop_app
from tests.ui.shop import NOW_NS, Shop
from tests.ui.shop_links import link

WINDOW = Window(NOW_NS - 900_000_000_000, NOW_NS)


def figures(html: str) -> list[dict[str, Any]]:
    return [json.loads(unescape(text)) for text in re.findall(r'data-figure="([^"]+)"', html)]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_sentence_says_what_how_much_and_since_when(client: TestClient) -> None:
    text = plain(client.get("/links/checkout/payment").text)
    assert "checkout → payment is slow: p95 812 ms, 5.1× its baseline of 159 ms, since 14:33 UTC." in text


def test_every_time_is_text_with_its_unit(client: TestClient) -> None:
    text = plain(client.get("/links/checkout/payment").text)
    assert "Client 341 ms 812 ms 1.06 s 1.54 s" in text
    assert "Server 331 ms 788 ms 1.03 s 1.50 s" in text
    assert "Gap 10.2 ms 24.4 ms 31.9 ms 46.3 ms" in text
    assert "Baseline 159 ms" in text


def test_the_slowest_request_is_one_click_away(client: TestClient, shop: Shop) -> None:
    html = client.get("/links/checkout/payment?start=-1h").text
    slowest = html[html.index('id="slowest"') :]
    first = shop.links.list(WINDOW, caller="checkout", callee="payment").links[0].exemplars[0]
    assert f'href="/trace/{first.trace_id}?span={first.span_id}&amp;start=-1h"' in slowest


def test_the_charts_hold_the_steps_and_the_baseline(client: TestClient) -> None:
    strips, histogram, heatmap = figures(client.get("/links/checkout/payment").text)
    names = [trace["name"] for trace in strips["data"]]
    assert names[:2] == ["calls/s", "errors/s"]
    assert {"p50", "p95", "p99", "server p95", "gap p95"} < set(names)
    assert strips["layout"]["shapes"][0]["y1"] == 159
    assert histogram["data"][0]["type"] == "bar"
    assert heatmap["data"][0]["type"] == "heatmap"


def test_operations_lead_to_their_slowest_traces(client: TestClient) -> None:
    html = client.get("/links/checkout/payment").text
    assert 'href="/traces?service=payment&amp;operation=POST%20%2Fcharge&amp;sort=slowest"' in html


def test_the_api_call_can_be_pasted() -> None:
    shop = Shop((link("it's", "$(reboot)/x"),))
    with TestClient(shop_app(shop), headers={"accept": "text/html"}) as other:
        html = other.get("/links/it%27s/%24%28reboot%29%2Fx?start=-1h").text
    command = re.search(r"<pre[^>]*>(curl .*?)</pre>", html, re.S)
    assert command
    words = shlex.split(unescape(command[1]))
    assert words == ["curl", "http://testserver/api/v1/links/it%27s/%24%28reboot%29%2Fx?start=-1h"]


def test_a_callee_that_was_never_observed_is_said(client: TestClient) -> None:
    text = plain(client.get("/links/payment/bank.example.com").text)
    assert "Server not observed" in text
    assert "Gap not observed" in text


def test_names_with_slashes_have_a_page(client: TestClient) -> None:
    assert client.get("/links/fulfilment/kafka%2Fshipments").status_code == 200


def test_two_windows_stand_side_by_side() -> None:
    shop = Shop((link("web", "pay", p95=230),), (link("web", "pay", p95=100),))
    with TestClient(shop_app(shop), headers={"accept": "text/html"}) as other:
        text = plain(other.get("/links/web/pay?compare=-1d").text)
    assert "Worse than 1 day earlier: p95 ×2.3." in text
    assert "Now and 1 day earlier" in text
    assert "Client p95 100 ms 230 ms 2.3× as long" in text
    assert "POST /charge 100 ms 230 ms 2.3× as long" in text


def test_without_calls_then_there_is_nothing_to_compare(client: TestClient) -> None:
    text = plain(client.get("/links/checkout/payment?compare=-1d").text)
    assert "No calls 1 day earlier to compare with." in text
    assert "Operations that changed most" not in text
