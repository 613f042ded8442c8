from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from query.links.peer import peer_of, text
from query.traces.remembered import Remembered

NAMES = ["db.system", "server.address", "server.port", "peer.service", "url.full", "other"]
VALUES = st.sampled_from(["", "a", "1", 1, 1.0, True, False, 0, 0.0, -0.0, None, ["a"], {"b": 1}])


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES), max_size=40))
def test_an_answer_is_the_functions_own(all_attributes: list[dict[str, object]]) -> None:
    def function(attributes: Mapping[str, object]) -> tuple[object, ...]:
        return peer_of("client", attributes), text(attributes, "server.port", "other")

    remembered = Remembered(function)
    for attributes in all_attributes:
        assert remembered(attributes) == function(attributes)


def test_attributes_that_are_not_looked_at_do_not_count() -> None:
    asked = []

    def first_letter(attributes: Mapping[str, object]) -> object:
        asked.append(attributes)
        return attributes.get("b") if attributes["a"] == 1 else None

    remembered = Remembered(first_letter)
    assert [remembered({"a": 0, "b": number}) for number in range(5)] == [None] * 5
    assert len(asked) == 1
    assert [remembered({"a": 1, "b": number}) for number in (1, 2, 1)] == [1, 2, 1]
    assert [remembered({"a": True, "b": 1.5}) for _ in range(2)] == [1.5, 1.5]


def test_a_function_that_looks_at_everything_is_told_everything() -> None:
    remembered = Remembered(lambda attributes: sorted(attributes.items()))
    assert remembered({"a": 1}) == [("a", 1)]
    assert remembered({"a": 2}) == [("a", 2)]
