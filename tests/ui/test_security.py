from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

PAGES = ["/", "/links", "/links/checkout/payment", "/services", "/services/payment", "/nowhere", "/?start=x"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_foreign_and_inline_code(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert re.findall(r"[\w-]+ [^;]*'unsafe-inline'", policy) == ["style-src-attr 'unsafe-inline'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_bring_no_inline_code_and_name_no_other_machine(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert re.findall(r"<script(?![^>]* src=\"/static/)[^>]*>", html) == []
    assert re.findall(r"<style[^>]*>", html) == []
    assert re.findall(r"\son\w+=", html) == []
    sources = re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', html)
    assert sources == []


def test_only_pages_with_charts_load_plotly(client: TestClient) -> None:
    with_plotly = {path for path in PAGES if "plotly.min.js" in client.get(path).text}
    assert with_plotly == {"/links/checkout/payment", "/services/payment"}
