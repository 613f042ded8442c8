from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.limits import Limits
from collector.otlp.canonical import has_unknown_fields
from collector.otlp.check import RequestChecker
from collector.otlp.views import build_views
from collector.refusal import Invalid, Reason
from tests.collector.builders import attributes, request_of, span
from tests.collector.otlp.test_nesting import depth_of, values

PLAIN = {levels: build_views(levels).plain for levels in range(4)}
CHECKERS = {levels: RequestChecker(Limits(max_nesting_depth=levels)) for levels in range(5)}


def request_with(found: list[Any]) -> bytes:
    spans = [span(attributes=attributes({"a": value})) for value in found]
    return request_of(*spans).SerializeToString()


@given(st.lists(values, min_size=1, max_size=4), st.integers(0, 3))
def test_the_plain_view_knows_every_field_of_what_nests_little(found: list[Any], levels: int) -> None:
    deepest = max(map(depth_of, found))
    assert has_unknown_fields(PLAIN[levels].FromString(request_with(found))) == (deepest > min(levels, 2))


@given(st.lists(values, min_size=1, max_size=4), st.integers(0, 4))
def test_the_check_refuses_what_nests_too_deeply_and_nothing_else(found: list[Any], most: int) -> None:
    request = request_with(found)
    if max(map(depth_of, found)) <= most:
        assert CHECKERS[most].check(request).request is request
    else:
        with pytest.raises(Invalid) as refused:
            CHECKERS[most].check(request)
        assert refused.value.reason is Reason.TOO_DEEP


def test_a_field_of_a_newer_otlp_is_unknown_and_passes() -> None:
    newer = span()
    newer.MergeFromString(b"\xfa\x3f\x01x")  # field 1023
    request = request_of(newer, span()).SerializeToString()
    assert has_unknown_fields(PLAIN[2].FromString(request))
    assert CHECKERS[2].check(request).request is request
