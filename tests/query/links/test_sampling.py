from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.links.sampling import MAX_WEIGHT, weight_of


@pytest.mark.parametrize(
    ("trace_state", "sample_rate", "weight"),
    [
        ("", "", 1.0),
        ("ot=th:0", "", 1.0),
        ("ot=th:8", "", 2.0),
        ("ot=th:c", "", 4.0),
        ("ot=th:fd70a3d70a3d71", "", pytest.approx(100.0)),
        ("vendor=x,ot=rv:abcdefabcdefab;th:8", "", 2.0),
        ("ot=p:2;th:8,other=th:c", "", 2.0),
        ("ot=th:8", "10", 2.0),
        ("vendor=th:8", "10", 10.0),
        ("", "20", 20.0),
        ("", "0", 1.0),
        ("", "-5", 1.0),
        ("", "many", 1.0),
        ("", "٣", 1.0),
        ("", "999999999", MAX_WEIGHT),
        ("ot=th:ffffffffffffff", "", MAX_WEIGHT),
        ("ot=th:fffffffffffffff", "", 1.0),
        ("ot=th:xyz", "", 1.0),
    ],
)
def test_what_a_span_stands_for(trace_state: str, sample_rate: str, weight: float) -> None:
    assert weight_of(trace_state, sample_rate) == weight


@given(st.text(max_size=60), st.text(max_size=12))
def test_no_text_makes_a_span_count_for_less_than_itself(trace_state: str, sample_rate: str) -> None:
    assert 1.0 <= weight_of(trace_state, sample_rate) <= MAX_WEIGHT
