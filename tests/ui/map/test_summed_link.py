from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.model.link import DependencyLink
from tests.ui.shop_links import SHOP_LINKS
from ui.map.summed_link import summed_link


def test_counts_are_summed_and_percentiles_are_not_guessed() -> None:
    one, other = SHOP_LINKS[:2]
    whole = summed_link("a", "b", [one, other])
    assert (whole.caller, whole.callee, whole.kind) == ("a", "b", one.kind)
    assert whole.calls == one.calls + other.calls
    assert whole.impact_ms == one.impact_ms + other.impact_ms
    assert (whole.observed_ms, whole.gap_ms, whole.baseline_p95_ms) == (None, None, None)
    assert whole.exemplars == []


@given(st.lists(st.sampled_from(SHOP_LINKS), min_size=1))
def test_the_error_rate_is_that_of_all_calls(links: list[DependencyLink]) -> None:
    whole = summed_link("a", "b", links)
    assert whole.errors == sum(link.errors for link in links)
    assert whole.error_rate * whole.calls == pytest.approx(whole.errors)
