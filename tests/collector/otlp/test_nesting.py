from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.otlp.nesting import exceeds_depth
from collector.otlp.views import build_views
from tests.collector.builders import attributes, request_of, span

VIEWS = build_views()


def depth_of(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
    return 0


def exceeds(request: Any, max_depth: int) -> bool:
    return exceeds_depth(VIEWS.merged.FromString(request.SerializeToString()), max_depth)


values = st.recursive(
    st.one_of(st.integers(-9, 9), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.lists(values, min_size=1, max_size=4), st.integers(0, 6))
def test_the_deepest_value_counts(found: list[Any], max_depth: int) -> None:
    spans = [span(attributes=attributes({"a": value})) for value in found]
    assert exceeds(request_of(*spans), max_depth) == (max(map(depth_of, found)) > max_depth)


@pytest.mark.parametrize("place", ["resource", "scope", "event", "link"])
def test_every_place_that_has_attributes_is_looked_at(place: str) -> None:
    one = span()
    request = request_of(one, resource={"deep": [[1]]} if place == "resource" else {})
    scope_spans = request.resource_spans[0].scope_spans[0]
    deep = attributes({"deep": [[1]]})
    if place == "scope":
        scope_spans.scope.attributes.extend(deep)
    elif place == "event":
        scope_spans.spans[0].events.add().attributes.extend(deep)
    elif place == "link":
        scope_spans.spans[0].links.add().attributes.extend(deep)
    assert exceeds(request, 1)
    assert not exceeds(request, 2)


def test_many_branches_are_given_up_as_too_deep_not_walked() -> None:
    value: Any = 1
    for _ in range(24):
        value = [value, {"k": value}]
        if depth_of(value) > 12:
            break
    assert exceeds(request_of(span(attributes=attributes({"a": value}))), 5)
