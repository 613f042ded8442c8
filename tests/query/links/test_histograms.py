from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given

from query.links import histograms, sketch
from query.links.histograms import Histograms

DURATIONS = st.lists(st.lists(st.integers(0, 2**63), max_size=12), min_size=1, max_size=6)
FRACTIONS = (0.0, 0.5, 0.95, 0.99, 1.0)


def parts_of(durations_ns: list[list[int]]) -> tuple[npt.NDArray[np.int64], pl.Series, pl.Series]:
    found = [sketch.histogram_of(one) for one in durations_ns]
    return (
        np.arange(len(found)),
        pl.Series([list(one) for one in found], dtype=pl.List(pl.UInt16)),
        pl.Series([list(one.values()) for one in found], dtype=pl.List(pl.Float64)),
    )


@given(DURATIONS)
def test_every_quantile_is_the_one_of_the_single_histogram(durations_ns: list[list[int]]) -> None:
    largest = np.array([max(one, default=0) for one in durations_ns], dtype=np.float64)
    own = np.array([0.5 + place / 20 for place in range(len(durations_ns))])

    found = Histograms.summed([parts_of(durations_ns)]).quantiles_ns(largest, [*FRACTIONS, own])

    wanted = [
        (
            owner,
            sketch.quantiles_ns(sketch.histogram_of(one), [*FRACTIONS, 0.5 + owner / 20], max(one)),
        )
        for owner, one in enumerate(durations_ns)
        if one
    ]
    assert [owner for owner, _ in found] == [owner for owner, _ in wanted]
    for (_, quantiles), (_, exact) in zip(found, wanted, strict=True):
        assert quantiles == pytest.approx(exact)


@given(DURATIONS, DURATIONS)
def test_rows_of_one_owner_add_up(left: list[list[int]], right: list[list[int]]) -> None:
    found = Histograms.summed([parts_of(left), parts_of(right)])

    together = [
        (left[owner] if owner < len(left) else []) + (right[owner] if owner < len(right) else [])
        for owner in range(max(len(left), len(right)))
    ]
    assert counted(found) == counted(Histograms.summed([parts_of(together)]))


@given(DURATIONS)
def test_many_histograms_are_summed_as_few_are(durations_ns: list[list[int]]) -> None:
    few = Histograms.summed([parts_of(durations_ns)] * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histograms, "_MOST_DENSE", 0)
        many = Histograms.summed([parts_of(durations_ns)] * 2)

    assert counted(many) == counted(few)


def counted(found: Histograms) -> list[tuple[int, int, float]]:
    return list(zip(found.owner.tolist(), found.bucket.tolist(), found.count.tolist(), strict=True))


def test_calls_may_get_other_owners_or_none() -> None:
    found = Histograms.summed([parts_of([[1], [10], [100]])]).regrouped([0, None, 0])

    assert counted(found) == counted(Histograms.summed([parts_of([[1, 100]])]))


def test_nothing_has_no_quantiles() -> None:
    assert Histograms.summed([parts_of([[]])]).quantiles_ns(np.array([0.0]), FRACTIONS) == []
