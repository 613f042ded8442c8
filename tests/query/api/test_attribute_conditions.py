from __future__ import annotations

import pytest

from query.api.attribute_conditions import with_attributes
from query.model.search import SearchError, TraceFilter


def test_the_first_sign_decides() -> None:
    found = with_attributes(TraceFilter(service="a"), ["k=v=w~x", "url~/a=b", "there", "empty="])
    assert found == TraceFilter(
        service="a",
        attributes=(("k", "v=w~x"), ("empty", "")),
        attributes_contain=(("url", "/a=b"),),
        attributes_exist=("there",),
    )


@pytest.mark.parametrize("text", ["", "=v", "~v", "k=" + "x" * 2000])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(SearchError):
        with_attributes(TraceFilter(), [text])
