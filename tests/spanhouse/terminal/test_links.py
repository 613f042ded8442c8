from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from spanhouse.terminal.links import FailOn, in_trouble, links_table

HOSTILE = "[red]x[/red]\x1b[31m"


def link(status: str, **changed: Any) -> dict[str, Any]:
    percentiles = {"p50": 101.2, "p95": 812.0, "p99": 990.1, "max": 1204.0}
    return {
        **{"caller": "checkout", "callee": "payment", "kind": "http", "calls": 1240, "error_rate": 0.0097},
        **{"client_ms": percentiles, "server_ms": None, "gap_ms": None},
        **{"status": status, "reasons": ["p95 812 ms is 5.1x its baseline of 159 ms"]},
        **changed,
    }


def printed(links: list[dict[str, Any]], width: int = 160) -> str:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(links_table(links))
    return out.getvalue()


@pytest.mark.parametrize(("fail_on", "counted"), [("slow", ["slow", "failing"]), ("failing", ["failing"])])
def test_trouble_is_what_is_asked_for_or_worse(fail_on: FailOn, counted: list[str]) -> None:
    links = [link(status) for status in ("ok", "quiet", "slow", "failing")]
    assert [found["status"] for found in in_trouble(links, fail_on)] == counted


def test_a_row_says_what_the_page_says() -> None:
    text = printed([link("slow")])
    for wanted in ("checkout → payment", "1,240", "0.97 %", "812 ms", "slow", "5.1x its baseline"):
        assert wanted in text, wanted


def test_a_link_seen_by_its_callee_only_shows_those_times() -> None:
    seen = {"p50": 1.0, "p95": 2.5, "p99": 3.0, "max": 4.0}
    assert "2.50 ms" in printed([link("ok", client_ms=None, server_ms=seen)])
    assert "–" in printed([link("ok", client_ms=None)])


def test_names_are_neither_markup_nor_control_characters() -> None:
    text = printed([link("ok", caller=HOSTILE, reasons=[HOSTILE])])
    assert "[red]x[/red]\\x1b[31m → payment" in text
    assert "\x1b" not in text


def test_names_stay_whole_in_a_narrow_terminal() -> None:
    assert "checkout → payment" in printed([link("slow")], width=90)
