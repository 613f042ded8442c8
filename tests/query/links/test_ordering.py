from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from query.links.ordering import SORTS, ordered
from query.model.link import DependencyLink, Percentiles


def link(caller: str, **figures: object) -> DependencyLink:
    plain = DependencyLink(
        caller=caller,
        callee="z",
        kind="http",
        calls=1,
        calls_per_second=1.0,
        errors=0,
        error_rate=0.0,
        client_ms=None,
        server_ms=None,
        gap_ms=None,
        baseline_p95_ms=None,
        status="ok",
        reasons=[],
        impact_ms=0.0,
    )
    return replace(plain, **figures)  # type: ignore[arg-type]  # each test names real fields


@pytest.mark.parametrize("sort", SORTS)
def test_links_without_figures_come_last_and_ties_by_name(sort: str) -> None:
    much = Percentiles(5.0, 5.0, 5.0, 5.0)
    links = [
        link("c"),
        link("a"),
        link("b", calls=9, error_rate=0.5, impact_ms=3.0, server_ms=much, gap_ms=much),
    ]
    for order in itertools.permutations(links):
        assert [one.caller for one in ordered(order, sort)] == ["b", "a", "c"]


def test_what_the_caller_feels_counts_before_the_callees_view() -> None:
    slow_server = link("a", client_ms=Percentiles(1, 1, 1, 1), server_ms=Percentiles(9, 9, 9, 9))
    assert [
        one.caller for one in ordered([slow_server, link("b", client_ms=Percentiles(2, 2, 2, 2))], "p95")
    ] == [
        "b",
        "a",
    ]


def test_an_unknown_order_is_named_and_cut_short() -> None:
    with pytest.raises(ValueError, match=r"sort must be one of p95, .*, not 'x{78}") as failed:
        ordered([], "x" * 10_000)
    assert len(str(failed.value)) < 300
