from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.map.lettering import fitted, text_width


@given(st.text(max_size=200), st.floats(30, 300))
def test_what_is_fitted_fits(text: str, width: float) -> None:
    short = fitted(text, width, 13)
    assert text_width(short, 13) <= width or len(short) <= 3


def test_the_longest_name_costs_no_more_than_a_long_one() -> None:
    assert fitted("L" * 50_000_000, 120, 13) == fitted("L" * 500, 120, 13)


def test_what_fits_is_left_alone() -> None:
    assert fitted("checkout", 120, 13) == "checkout"


def test_wide_scripts_take_more_room() -> None:
    assert text_width("支払い", 10) > text_width("pay", 10)
