from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.links.confidence import fraction_low, share_low

shares = st.floats(0.0, 1.0)
counts = st.integers(1, 10**9)


def test_wilson_by_the_book() -> None:
    # E. B. Wilson's interval at 95 %: 1 of 10, 50 of 100 (R: binom::binom.wilson).
    assert share_low(0.1, 10, 1.96) == pytest.approx(0.0179, abs=1e-4)
    assert share_low(0.5, 100, 1.96) == pytest.approx(0.4038, abs=1e-4)


@given(shares, counts, st.floats(0.5, 5.0))
def test_the_low_end_is_low_and_rises_with_the_samples(share: float, samples: int, z: float) -> None:
    low = share_low(share, samples, z)
    assert 0.0 <= low <= share + 1e-9
    assert share_low(share, 2 * samples, z) >= low - 1e-9
    assert 0.0 <= fraction_low(share, samples, z) <= share
    assert fraction_low(share, 2 * samples, z) >= fraction_low(share, samples, z) - 1e-9


def test_of_nothing_nothing_is_known() -> None:
    assert share_low(0.5, 0, 2.0) == 0.0
    assert fraction_low(0.95, 0, 2.0) == 0.0
