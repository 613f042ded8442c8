from __future__ import annotations

import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from query.links import sketch
from tests.query.links.expected import assert_percentiles

DURATIONS = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)


@given(DURATIONS)
def test_percentiles_are_within_the_stated_error(durations_ns: list[int]) -> None:
    found = sketch.percentiles(sketch.histogram_of(durations_ns), max(durations_ns))

    assert_percentiles(found, durations_ns)


@given(DURATIONS, DURATIONS)
def test_merging_is_the_same_as_counting_all_at_once(left: list[int], right: list[int]) -> None:
    merged = sketch.merged([sketch.histogram_of(left), sketch.histogram_of(right)])

    assert merged == sketch.histogram_of(left + right)


@given(st.integers(0, 10**15))
def test_a_duration_lies_in_its_bucket(duration_ns: int) -> None:
    bucket = sketch.bucket_of(duration_ns)

    low, high = sketch.lower_bound_ns(bucket), sketch.lower_bound_ns(bucket + 1)
    assert low <= duration_ns * (1 + 1e-12)
    assert duration_ns < high * (1 + 1e-12)
    assert math.isclose(sketch.middle_ns(bucket), duration_ns, rel_tol=0.011, abs_tol=1)


@given(DURATIONS)
def test_quantiles_grow_with_their_fraction(durations_ns: list[int]) -> None:
    found = sketch.quantiles_ns(sketch.histogram_of(durations_ns), [0.0, 0.5, 0.95, 1.0], max(durations_ns))

    assert found == sorted(found)
    assert found[-1] == max(durations_ns)


def test_nothing_has_no_percentiles() -> None:
    assert sketch.percentiles({}, 0) is None
    with pytest.raises(ValueError, match="empty"):
        sketch.quantiles_ns({}, [0.5])
