from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.ui.shop import NOW_NS, Shop
from ui.links.wording import SORTS


def rows(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<tr data-caller="([^"]+)" data-callee="([^"]+)"', html)


def test_the_slowest_come_first_with_the_answer_over_them(client: TestClient) -> None:
    html = client.get("/links").text
    assert rows(html)[0] == ("checkout", "payment")
    assert "checkout → payment</a> has the highest p95: 812 ms, and is slow (last 15 minutes)." in html


@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "critical_path"])
def test_every_order_is_asked_of_the_query_side(client: TestClient, shop: Shop, sort: str) -> None:
    html = client.get(f"/links?sort={sort}&limit=50").text
    assert shop.asked[-1] == ("list", (sort, 50, None, None, None))
    assert 'aria-sort="descending"' in html
    assert SORTS[sort][1] in html


def test_links_can_be_ranked_by_their_share_of_critical_paths(client: TestClient) -> None:
    html = client.get("/links?sort=critical_path&limit=50").text
    shares = [
        float(text) for text in re.findall(r'<td class="number">(?:&lt; )?([\d.]+) %</td>\s*</tr>', html)
    ]
    assert len(shares) == len(rows(html)) > 10
    assert shares == sorted(shares, reverse=True)
    assert "has the largest share of end-to-end critical path: " in html
    assert "Critical paths of 500 traces of 12,840 in the window, 231 ms long on average; 3 % of them" in html
    assert len(rows(client.get("/links?sort=critical_path&limit=20&caller=checkout").text)) == 4


def test_filters_are_passed_on_and_kept_in_the_form(client: TestClient, shop: Shop) -> None:
    html = client.get("/links?caller=checkout&status=slow").text
    assert shop.asked[-1] == ("list", ("p95", 20, "checkout", None, "slow"))
    assert rows(html) == [("checkout", "payment")]
    assert 'name="caller" value="checkout"' in html
    assert re.search(r"<option selected>slow</option>", html)


def test_sorting_keeps_filters_and_time(client: TestClient) -> None:
    html = client.get("/links?caller=checkout&start=-1h").text
    assert 'href="/links?caller=checkout&amp;start=-1h&amp;sort=calls"' in html


def test_nothing_found_names_the_filter_that_excludes_the_most(client: TestClient) -> None:
    html = client.get("/links?caller=checkout&status=failing").text
    assert "No link passes the filters; without the status filter there are 4 links." in html
    assert 'href="/links?caller=checkout"' in html


def test_no_calls_offer_a_longer_window(client: TestClient) -> None:
    end = NOW_NS // 10**9 - 86_400
    html = client.get(f"/links?start={end - 60}&end={end}").text
    assert "No link with calls in this window" in html
    assert "a longer window" in html
