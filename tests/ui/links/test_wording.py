from __future__ import annotations

from dataclasses import replace

import pytest

from query.model.link import DependencyLink, LinkStep
from query.model.window import NS_PER_S, parse_time
from tests.ui.shop_links import SHOP_LINKS, link
from ui.links.wording import SORTS, first_figure, link_state, step_label, trouble_since

SLOW = next(one for one in SHOP_LINKS if one.status == "slow")
FAILING = next(one for one in SHOP_LINKS if one.status == "failing")
BASE_NS = parse_time("2026-11-22T14:30:00Z", 0)


def steps(*values: tuple[int, int, float | None]) -> list[LinkStep]:
    """One step a minute of (calls, errors, p95)."""
    return [
        LinkStep(f"2026-11-22T14:{30 + i:02d}:00.000000Z", calls, errors, p95, p95, p95, p95, None)
        for i, (calls, errors, p95) in enumerate(values)
    ]


def test_a_slow_link_in_a_sentence() -> None:
    assert link_state(SLOW, parse_time("2026-11-22T14:32:00Z", 0)) == (
        "is slow: p95 812 ms, 5.1× its baseline of 159 ms, since 14:32 UTC."
    )
    assert link_state(replace(SLOW, baseline_p95_ms=None), None) == "is slow: p95 812 ms."


def test_the_other_states_in_a_sentence() -> None:
    assert link_state(FAILING, None) == "is failing: 8.22 % of 1,180 calls failed."
    assert link_state(link("a", "b", calls=1, status="quiet"), None) == "had too few calls to judge: 1 call."
    assert link_state(link("a", "b"), None) == ("looks normal: p95 40.0 ms, 3,690 calls (4.1/s), 0 % errors.")


@pytest.mark.parametrize(
    ("subject", "values", "minute"),
    [
        (SLOW, [(9, 0, 150), (9, 0, 160), (9, 0, 800), (9, 0, 810)], 2),
        (SLOW, [(9, 0, 150), (0, 0, None), (9, 0, 800), (0, 0, None), (9, 0, 810)], 2),
        (SLOW, [(9, 0, 900), (9, 0, 150), (9, 0, 800)], 2),
        (SLOW, [(9, 0, 800), (9, 0, 810)], None),
        (SLOW, [(9, 0, 800), (9, 0, 150)], None),
        (SLOW, [], None),
        (FAILING, [(100, 0, 5), (100, 9, 5), (100, 8, 5)], 1),
        (link("a", "b"), [(9, 0, 1), (9, 0, 900)], None),
    ],
)
def test_since_when(
    subject: DependencyLink, values: list[tuple[int, int, float | None]], minute: int | None
) -> None:
    expected = None if minute is None else BASE_NS + minute * 60 * NS_PER_S
    assert trouble_since(subject, steps(*values)) == expected


@pytest.mark.parametrize("sort", list(SORTS))
def test_every_order_has_a_figure(sort: str) -> None:
    assert first_figure(SLOW, sort) not in ("", "–")


def test_what_was_not_observed_is_a_dash() -> None:
    blind = replace(SLOW, client_ms=None, server_ms=None, gap_ms=None)
    assert {first_figure(blind, sort) for sort in ("p50", "p95", "p99", "max", "gap_p95")} == {"–"}


def test_steps_are_labelled_by_their_start() -> None:
    assert step_label("2026-11-22T14:32:15.000000Z") == "14:32:15"
