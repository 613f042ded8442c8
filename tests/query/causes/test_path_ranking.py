from __future__ import annotations

from query.causes.path_ranking import ranked
from query.model.cause import CriticalPaths, PathShare
from tests.ui.shop_links import link

PATHS = CriticalPaths(
    "",
    "",
    10,
    100,
    5.0,
    0.1,
    [PathShare("a", "b", "http", 0.7, 10, 3.0), PathShare("b", "c", "http", 0.2, 4, 1.0)],
)
LINKS = [
    link("a", "b", p95=10, baseline=10),
    link("b", "c", p95=30, baseline=10, calls=5),
    link("c", "d", p95=20, baseline=10, calls=100),
]


def test_both_measures_stand_beside_each_other() -> None:
    by_share = ranked(PATHS, LINKS, "share", 10).links
    assert [(one.callee, one.share, one.impact_ms) for one in by_share] == [
        ("b", 0.7, 0.0),
        ("c", 0.2, 100.0),
        ("d", 0.0, 1000.0),
    ]
    assert [one.callee for one in ranked(PATHS, LINKS, "impact", 2).links] == ["d", "c"]


def test_a_link_without_figures_in_the_window_has_no_impact() -> None:
    assert ranked(PATHS, [], "impact", 10).links[0].impact_ms is None
