from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.model.link import DependencyLink, LinkOperation
from tests.ui.shop_links import link, times
from ui.links.change import Became, LinkChange, became, changed_most, compare_links, link_key

LINKS = st.builds(
    link,
    st.sampled_from("abc"),
    st.sampled_from("xyz"),
    calls=st.integers(1, 500),
    errors=st.integers(0, 1),
    p95=st.floats(0.01, 5000),
)


@pytest.mark.parametrize(
    ("now", "then", "what"),
    [
        (link("a", "b", p95=300), link("a", "b", p95=100), "worse"),
        (link("a", "b", p95=100), link("a", "b", p95=300), "better"),
        (link("a", "b", p95=149), link("a", "b", p95=100), "same"),
        (link("a", "b", p95=6), link("a", "b", p95=2), "same"),
        (link("a", "b", p95=300, calls=19), link("a", "b", p95=100), "same"),
        (link("a", "b", calls=1000, errors=80), link("a", "b", calls=1000, errors=5), "worse"),
        (link("a", "b", calls=1000, errors=5), link("a", "b", calls=1000, errors=80), "better"),
        (link("a", "b", calls=1000, errors=410), link("a", "b", calls=1000, errors=400), "same"),
        (link("a", "b"), None, "new"),
        (None, link("a", "b"), "gone"),
    ],
)
def test_what_became_of_a_link(now: DependencyLink | None, then: DependencyLink | None, what: Became) -> None:
    assert became(now, then) == what


@given(LINKS, LINKS)
def test_worse_one_way_is_better_the_other_unless_it_is_both(
    now: DependencyLink, then: DependencyLink
) -> None:
    there, back = became(now, then), became(then, now)
    assert (there == "same") == (back == "same")
    if there == "better":
        assert back == "worse"


@given(st.lists(LINKS, unique_by=link_key), st.lists(LINKS, unique_by=link_key))
def test_every_link_of_either_window_is_there_once(
    now: list[DependencyLink], then: list[DependencyLink]
) -> None:
    changes = compare_links(now, then)
    assert changes.keys() == {link_key(one) for one in [*now, *then]}
    assert {key for key, change in changes.items() if change.became == "gone"} == {
        link_key(one) for one in then
    } - {link_key(one) for one in now}


def test_a_ratio_needs_both_windows() -> None:
    assert LinkChange(link("a", "b", p95=300), link("a", "b", p95=100), "worse").p95_ratio == 3
    assert LinkChange(link("a", "b"), None, "new").p95_ratio is None


def operation(name: str, p95: float) -> LinkOperation:
    return LinkOperation(name, 100, 0, 0.0, None, times(p95))


def test_operations_that_moved_most_come_first_and_lone_ones_last() -> None:
    now = [operation("steady", 100), operation("slow", 900), operation("fast", 10), operation("new", 5000)]
    then = [operation("steady", 101), operation("slow", 100), operation("fast", 400)]
    names = [change.operation for change in changed_most(now, then, 9)]
    assert names == ["slow", "fast", "steady", "new"]
    assert len(changed_most(now, then, 2)) == 2
