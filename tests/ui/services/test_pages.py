from __future__ import annotations

import re

from starlette.testclient import TestClient

from query.model.service import ServiceStep
from tests.ui.links.test_detail_page import figures, plain
from tests.ui.serve import shop_app
from tests.ui.shop import Shop
from tests.ui.shop_links import link
from ui.services.pages import step_seconds


def test_services_in_trouble_come_first(client: TestClient) -> None:
    html = client.get("/services").text
    listed = re.findall(r'<tr data-service="([^"]+)"', html)
    assert listed[:2] == ["shipping", "payment"]
    assert "2 of 10 services in trouble: shipping is failing, payment is slow" in html


def test_a_service_has_its_figures_operations_and_neighbours(client: TestClient) -> None:
    html = client.get("/services/payment").text
    text = plain(html)
    assert "payment is slow: 1,240 calls (1.38/s), 0.97 % errors, p95 812 ms." in text
    assert "POST /charge server 1.38/s 1,240 0 % 331 ms 788 ms" in text
    assert 'href="/links/checkout/payment"' in html
    assert 'href="/links/payment/bank.example.com"' in html
    assert [trace["name"] for trace in figures(html)[0]["data"]] == [
        "calls/s",
        "errors/s",
        "p99",
        "p95",
        "p50",
    ]


def test_what_services_delivered_is_a_table_too(client: TestClient) -> None:
    html = client.get("/services?table=sla").text
    assert "payment 99.03 % 1,240 12 1.38/s 4.13/s" in plain(html)
    assert 'href="/api/v1/services/sla?format=csv"' in html
    assert client.get("/services?table=no").status_code == 422


def test_a_service_says_which_of_its_links_are_red(client: TestClient) -> None:
    text = plain(client.get("/services/checkout").text)
    assert "looks normal" in text
    assert "waits for payment (slow)" in text
    assert "called by checkout (slow)" in plain(client.get("/services/payment").text)


def test_the_instances_of_a_service_are_a_part_of_its_page(client: TestClient) -> None:
    part = plain(client.get("/services/payment?part=processes").text)
    assert "2.4.1 18 %" in part
    assert "As called by checkout, who calls most." in part
    assert part in plain(client.get("/services/payment?processes=1").text)
    assert "2.4.1" not in client.get("/services/payment").text
    assert "Nobody calls it" in client.get("/services/scheduler?part=processes").text


def test_a_service_nobody_calls_says_so(client: TestClient) -> None:
    text = plain(client.get("/services/scheduler").text)
    assert "Nobody, as far as the spans show." in text
    assert "No calls to it in this window." in text


def test_a_service_with_slashes_has_a_page() -> None:
    with TestClient(shop_app(Shop((link("a/b", "c//d"),)))) as client:
        assert client.get("/services/a%2Fb").status_code == 200
        assert client.get("/services/c%2F%2Fd").status_code == 200


def test_the_length_of_a_step() -> None:
    steps = [ServiceStep(f"2026-11-22T14:{i}0:00Z", 1, 0, 1, 1, 1) for i in range(3)]
    assert step_seconds(steps, 900) == 600
    assert step_seconds(steps[:1], 900) == 900
    assert step_seconds([], 900) == 900
