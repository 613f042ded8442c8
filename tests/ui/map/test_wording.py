from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from query.model.link import DependencyLink, MapNode, NodeKind
from tests.ui.shop_links import SHOP_LINKS, link, times
from ui.map.wording import (
    calm_label,
    chip_lines,
    describe_link,
    describe_node,
    map_sentence,
    totals,
    worst_first,
)

SLOW = next(one for one in SHOP_LINKS if one.status == "slow")
FAILING = next(one for one in SHOP_LINKS if one.status == "failing")
CALM = [one for one in SHOP_LINKS if one.status == "ok"]
QUIET = [one for one in SHOP_LINKS if one.status == "quiet"]


def said(links: Sequence[DependencyLink]) -> str:
    return "".join(part.text for part in map_sentence(links, "last 15 minutes"))


def test_one_link_in_trouble_is_named_with_its_figures() -> None:
    text = "1 of 14 links is slow: checkout → payment, p95 812 ms, 5.1× its baseline."
    assert said([*CALM[:13], SLOW]) == text
    assert said([FAILING, CALM[0]]).startswith("1 of 2 links is failing: fulfilment → shipping, 8.22 % of")


def test_more_in_trouble_are_counted_and_the_worst_two_named() -> None:
    assert said(SHOP_LINKS) == (
        "2 of 18 links are failing or slow: fulfilment → shipping (8.22 % of 1,180 calls failed); "
        "checkout → payment (p95 812 ms, 5.1× its baseline)."
    )
    many = [replace(SLOW, callee=f"payment{i}") for i in range(5)]
    assert said(many).endswith("(p95 812 ms, 5.1× its baseline) and 3 more.")
    assert said(many).startswith("5 of 5 links are slow: ")


def test_a_calm_map_says_so() -> None:
    assert said([CALM[0], CALM[0]]) == "All 2 links look normal (last 15 minutes, 25,640 calls)."
    assert said(CALM[:1]) == "The only link looks normal (last 15 minutes, 12,820 calls)."


def test_too_few_calls_are_not_called_normal() -> None:
    assert said([CALM[0], *QUIET]) == (
        "1 link looks normal, 2 had too few calls to judge (last 15 minutes, 12,831 calls)."
    )
    assert said(QUIET) == "Too few calls to judge any of 2 links (last 15 minutes, 11 calls)."


def test_the_named_links_can_be_followed() -> None:
    assert [part.link for part in map_sentence(SHOP_LINKS, "x") if part.link] == [FAILING, SLOW]


def test_a_link_without_a_baseline_has_no_multiple() -> None:
    bare = replace(SLOW, baseline_p95_ms=None)
    assert said([bare]) == "1 of 1 link is slow: checkout → payment, p95 812 ms."
    assert chip_lines(bare) == ("812 ms", "slow")
    unseen = replace(bare, client_ms=None, server_ms=None)
    assert "p95 unknown" in said([unseen])


def test_chips_and_labels() -> None:
    assert chip_lines(SLOW) == ("812 ms", "5.1×")
    assert chip_lines(FAILING) == ("8.22 %", "errors")
    assert calm_label(CALM[1]) == "48.0 ms · 10.9/s"


def test_failing_comes_before_slow_before_the_rest() -> None:
    assert [one.status for one in worst_first(SHOP_LINKS)][:3] == ["failing", "slow", "ok"]
    assert worst_first(SHOP_LINKS)[-1].status == "quiet"


def test_every_red_link_says_why() -> None:
    assert describe_link(SLOW) == (
        "checkout to payment, http: slow. p95 812 ms is 5.1x its baseline of 159 ms. "
        "p95 812 ms, 1,240 calls (1.38/s), 0.97 % errors."
    )


def test_nodes_in_words() -> None:
    node = MapNode("redis", "database", 90, 0.1, 0, 0.0, times(2), "ok")
    assert describe_node(node) == (
        "redis, database, seen only from its callers: 90 calls (0.1/s), 0 % errors, p95 2.00 ms."
    )
    assert describe_node(MapNode("user", "user", 0, 0, 0, 0, None, "ok")) == "user, users."


def test_totals_count_what_is_drawn() -> None:
    kinds: dict[str, NodeKind] = {"a": "service", "b": "database", "u": "user"}
    nodes = [MapNode(name, kind, 0, 0, 0, 0, None, "ok") for name, kind in kinds.items()]
    assert (
        totals([link("a", "b", calls=3)], nodes)
        == "1 service, 1 seen only from their callers, 1 link, 3 calls"
    )
