from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanhouse_shop.latency import HEALTHY, SLOW_BANK, Latency


def _p95(latency: Latency) -> float:
    dice = random.Random(1)
    return statistics.quantiles([latency.draw_ms(dice) for _ in range(4_000)], n=20)[-1]


@given(seed=st.integers(), median_ms=st.floats(0.1, 1_000), spread=st.floats(0.01, 1))
def test_a_draw_is_positive_and_never_above_two_and_a_half_spreads(
    seed: int, median_ms: float, spread: float
) -> None:
    drawn = Latency(median_ms, spread).draw_ms(random.Random(seed))
    assert 0 < drawn <= median_ms * math.exp(2.5 * spread) * (1 + 1e-9)


def test_the_p95_is_the_documented_one() -> None:
    latency = Latency(100.0, 0.2)
    assert _p95(latency) == pytest.approx(100.0 * math.exp(1.645 * 0.2), rel=0.03)


def test_the_bank_goes_from_40_to_800_ms() -> None:
    assert _p95(HEALTHY["bank"]) == pytest.approx(40.0, rel=0.05)
    assert _p95(SLOW_BANK) == pytest.approx(800.0, rel=0.05)


def test_healthy_work_differs_from_step_to_step() -> None:
    medians = sorted(latency.median_ms for latency in HEALTHY.values())
    assert medians[-1] / medians[0] > 10
