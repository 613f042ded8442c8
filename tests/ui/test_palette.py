from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.palette import HUE_COUNT, hue, hue_class


def test_colours_never_change_between_releases() -> None:
    assert [hue(name) for name in ("checkout", "payment", "cart")] == [1, 5, 8]


@given(st.text())
def test_every_name_has_a_hue(name: str) -> None:
    assert 0 <= hue(name) < HUE_COUNT
    assert hue_class(name) == f"hue-{hue(name)}"


def test_names_spread_over_all_hues() -> None:
    assert {hue(f"service-{i}") for i in range(400)} == set(range(HUE_COUNT))


def test_a_name_that_is_no_valid_unicode_still_has_a_colour() -> None:
    assert 0 <= hue("broken\udcff") < HUE_COUNT
