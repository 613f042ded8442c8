from __future__ import annotations

import pytest

from query.model.search import TraceFilter
from ui.errors import BadParameter
from ui.search.form import MAX_ATTRIBUTES, SearchForm, conditions, read_form


def form(*attributes: str, **fields: str) -> SearchForm:
    return read_form(fields, attributes)


def test_an_empty_form_asks_for_everything() -> None:
    assert form().filter == TraceFilter()
    assert form(service="  ", status="").is_empty
    assert form().sort == "newest"


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("250", 250),
        ("1.5s", 1500),
        ("20 ms", 20),
        ("300us", 0.3),
        ("300µs", 0.3),
        ("2m", 120_000),
        ("5ns", 5e-6),
    ],
)
def test_durations_carry_units(text: str, milliseconds: float) -> None:
    assert form(min_duration_ms=text).filter.min_duration_ms == pytest.approx(milliseconds)


@pytest.mark.parametrize("fields", [{"min_duration_ms": "soon"}, {"status": "bad"}, {"sort": "random"}])
def test_what_cannot_be_read_is_refused_in_words(fields: dict[str, str]) -> None:
    with pytest.raises(BadParameter, match="is not"):
        form(**fields)


def test_attributes_mean_what_they_mean_to_the_api() -> None:
    wanted = form("a=b=c", "d~e", "f").filter
    assert wanted.attributes == (("a", "b=c"),)
    assert wanted.attributes_contain == (("d", "e"),)
    assert wanted.attributes_exist == ("f",)
    assert len(form(*["k"] * 20).attributes) == MAX_ATTRIBUTES
    with pytest.raises(BadParameter, match="must look like"):
        form("=x")


def test_each_condition_can_be_dropped_alone() -> None:
    asked = form(
        "a=b",
        "c",
        service="web",
        operation="GET /",
        min_duration_ms="1s",
        max_duration_ms="2s",
        status="error",
    )
    found = conditions(asked)
    assert [one.words for one in found] == [
        "service web",
        "operation GET /",
        "at least 1.00 s",
        "at most 2.00 s",
        "status error",
        "attribute a=b",
        "attribute c",
    ]
    assert found[0].relaxed.service is None
    assert found[0].relaxed.operation == "GET /"
    assert found[5].relaxed.attributes == ()
    assert found[5].relaxed.attributes_exist == ("c",)
    assert found[5].changes == {"attribute": ["c"]}
    assert len({one.relaxed for one in found}) == len(found)
