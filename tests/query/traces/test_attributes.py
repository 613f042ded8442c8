from __future__ import annotations

import pytest

from query.model.trace import AttributeValue
from query.traces.attributes import decoded


@pytest.mark.parametrize(
    ("letter", "text", "value"),
    [
        ("s", "12", "12"),
        ("b", "true", True),
        ("b", "false", False),
        ("i", "-9223372036854775808", -(2**63)),
        ("d", "1", 1.0),
        ("d", "5e-324", 5e-324),
        ("d", "nan", "NaN"),
        ("d", "-inf", "-Infinity"),
        ("x", "AAE=", "AAE="),
        ("e", "", None),
        ("a", '["x",1,1.0,true,null]', ["x", 1, 1.0, True, None]),
        ("m", '{"k":1,"k":2}', {"k": 1}),
        # {"list": [7]} with the inner list as an OTLP ArrayValue of one int.
        ("M", '{"list":{"otlp.ArrayValue":"CgIYBw=="}}', {"list": [7]}),
        ("A", '[1,{"otlp.KeyValueList":"CgcKAWsSAhgH"}]', [1, {"k": 7}]),
    ],
)
def test_each_kind_of_value(letter: str, text: str, value: AttributeValue) -> None:
    read = decoded(["name"], [text], letter)["name"]
    assert read == value
    assert type(read) is type(value)


def test_a_map_that_only_looks_marked_stays_a_map() -> None:
    assert decoded(["a"], ['{"otlp.ArrayValue":"x"}'], "m") == {"a": {"otlp.ArrayValue": "x"}}


def test_rows_without_types_are_strings() -> None:
    assert decoded(["a", "b"], ["1", "true"], "") == {"a": "1", "b": "true"}


def test_the_first_of_equal_names_wins() -> None:
    assert decoded(["a", "b", "a"], ["1", "x", "2"], "isi") == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("letter", "text"), [("i", "many"), ("a", "["), ("M", '{"k":{"otlp.ArrayValue":"!"}}')]
)
def test_what_cannot_be_read_stays_text(letter: str, text: str) -> None:
    assert decoded(["a"], [text], letter) == {"a": text}
