from __future__ import annotations

import pytest

from spanhouse.terminal.figures import duration, percent


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "–"),
        (0.0, "0.00 µs"),
        (0.25, "250 µs"),
        (1.0, "1.00 ms"),
        (12.14, "12.1 ms"),
        (812.0, "812 ms"),
        (1204.0, "1.20 s"),
        (90_000.0, "1.50 min"),
    ],
)
def test_durations_have_three_digits_and_a_unit(milliseconds: float | None, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.00001, "<0.01 %"), (0.0097, "0.97 %"), (0.5, "50 %"), (1.0, "100 %")]
)
def test_what_is_not_zero_never_looks_like_zero(share: float, text: str) -> None:
    assert percent(share) == text
