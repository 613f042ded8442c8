from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from query.model.trace import ServiceCount
from query.model.window import NS_PER_S, rfc3339
from tests.ui.trace.hostile import PAYLOADS
from tests.ui.trace.inert import problems_in
from tests.ui.trace.shelf import NOW_NS, Shelf, serving, shelf_app
from tests.ui.trace.shop import SHOP_TRACE_ID, shop_trace, summary

ONE = summary(shop_trace())


def busy_shelf(count: int = 120) -> Shelf:
    listed = [
        replace(
            ONE,
            trace_id=f"{number + 1:032x}",
            start=rfc3339(NOW_NS - (number + 1) * 5 * NS_PER_S),
            duration_ms=10.0 + number * 7,
            error_count=int(number % 10 == 0),
        )
        for number in range(count)
    ]
    return Shelf({SHOP_TRACE_ID: shop_trace()}, listed)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(shelf_app(busy_shelf())) as opened:
        yield opened


def listed(html: str) -> list[str]:
    return re.findall(r'<tr data-trace-id="([^"]+)"', html)


def test_the_newest_come_first_and_pages_do_not_overlap(client: TestClient) -> None:
    html = client.get("/traces").text
    assert listed(html) == [f"{number + 1:032x}" for number in range(50)]
    more = re.search(r'rel="next" href="([^"]+)"', html)
    assert more
    assert listed(client.get(more[1].replace("&amp;", "&")).text)[0] == f"{51:032x}"


def test_the_slowest_are_chosen_over_the_whole_window(client: TestClient) -> None:
    assert listed(client.get("/traces", params={"sort": "slowest"}).text)[0] == f"{120:032x}"


def test_the_form_keeps_what_was_asked(client: TestClient) -> None:
    html = client.get("/traces?service=web&min_duration_ms=100ms&attribute=a%3Db&status=error&start=-1h").text
    for written in (
        'value="web"',
        'value="100ms"',
        'value="a=b"',
        '<option value="error" selected>',
        'value="-1h"',
    ):
        assert written in html


def test_every_point_is_a_link_to_its_trace(client: TestClient) -> None:
    html = client.get("/traces").text
    assert len(re.findall(r'class="point [^"]*" href="/trace/[0-9a-f]{32}"', html)) == 50


def test_nothing_found_names_the_condition_to_drop(client: TestClient) -> None:
    html = client.get("/traces?service=web&min_duration_ms=1h&status=error").text
    assert "No trace matches (last 15 minutes)." in html
    assert "at least 1.00 h</b> excludes the most: without it 12 traces would be found" in html
    assert 'href="/traces?service=web&amp;status=error"' in html
    assert (
        "Dropping any one condition finds nothing either" in client.get("/traces?service=x&operation=y").text
    )


def test_a_trace_id_leads_to_its_page(client: TestClient) -> None:
    answer = client.get("/traces", params={"trace_id": f" {SHOP_TRACE_ID} "}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/trace/{SHOP_TRACE_ID}")
    assert client.get("/traces", params={"trace_id": "//example.org"}).status_code == 422
    assert client.get("/traces", params={"min_duration_ms": "x"}).status_code == 422


def test_services_and_operations_complete_from_what_was_seen(client: TestClient) -> None:
    html = client.get("/traces?service=checkout").text
    assert re.search(r'<datalist id="services">(<option value="[^"]+">){3}', html)
    assert re.search(r'<datalist id="operations"><option value="[^"]+">', html)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_never_markup(payload: str) -> None:
    hostile = replace(
        ONE,
        trace_id=payload,
        root_service=payload,
        root_operation=payload,
        services=[ServiceCount(payload, 1, 1)],
    )
    client = TestClient(shelf_app(Shelf({}, [hostile])))
    fields = {"service": payload, "operation": payload, "attribute": payload}
    assert listed(client.get("/traces").text)
    assert problems_in(client.get("/traces").text) == []
    assert problems_in(client.get("/traces", params=fields).text) == []
    assert problems_in(client.get("/traces/tail").text) == []


@pytest.mark.browser
def test_live_tail_puts_new_traces_on_top_until_paused(page: Page) -> None:
    shelf = busy_shelf(3)
    with serving(shelf) as base:
        page.goto(f"{base}/traces?service=web")
        page.get_by_role("button", name="Live tail").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        shelf.listed.append(replace(ONE, trace_id="f" * 32, start=rfc3339(NOW_NS - NS_PER_S)))
        expect(page.locator("#result-rows tr").first).to_have_attribute(
            "data-trace-id", "f" * 32, timeout=15_000
        )
        expect(page.locator("#tail-state")).to_have_text("1 new")
        assert "live=1" in page.url
        page.get_by_role("button", name="Pause").click()
        assert "live" not in page.url
        expect(page.locator("#result-rows tr")).to_have_count(4)


@pytest.mark.browser
def test_the_form_completes_grows_and_leaves_empty_fields_out_of_the_url(page: Page) -> None:
    with serving(busy_shelf(3)) as base:
        page.goto(f"{base}/traces")
        page.get_by_label("Service").fill("web")
        choices = page.locator("#attribute-choices option")
        page.get_by_label("Attributes").press_sequentially("http.")
        expect(choices).to_have_count(2)
        assert choices.first.get_attribute("value") == "http.request.method="
        page.get_by_label("Attributes").fill("http.request.method=P")
        expect(choices).to_have_count(1)
        assert choices.first.get_attribute("value") == "http.request.method=POST"
        page.get_by_label("Attributes").fill("a=b")
        expect(page.locator("#attributes input")).to_have_count(2)
        page.get_by_role("button", name="Find traces").click()
        page.wait_for_url("**/traces?service=web&attribute=a%3Db&sort=newest")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?service=nobody"])
def test_nothing_serious_for_axe(page: Page, axe_source: str, query: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    with serving(busy_shelf()) as base:
        page.goto(f"{base}/traces{query}")
        page.evaluate(axe_source)
        found = page.evaluate(
            "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => [v.id, v.nodes[0].html]))"
        )
    assert found == []
