from __future__ import annotations

from collections.abc import Callable
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.causes.attributes import ENTRIES
from query.causes.differences import differences_of, surplus_low, wilson
from query.model.cause import ValueDifference

Attributes = Callable[[int, bool], dict[str, str]]


def compare(attributes: Attributes, selected: int = 100, rest: int = 400) -> list[ValueDifference]:
    return _differences(attributes, selected, rest)[0]


def _differences(attributes: Attributes, selected: int, rest: int) -> tuple[list[ValueDifference], list[str]]:
    """Differences between calls whose attributes are told by their number and whether they are selected."""
    rows = [
        (call, "callee", "span", key, value)
        for call in range(selected + rest)
        for key, value in attributes(call, call < selected).items()
    ]
    calls = pl.DataFrame(
        {
            "call": pl.Series(range(selected + rest), dtype=pl.UInt32),
            "side": ["callee"] * (selected + rest),
            "selected": [call < selected for call in range(selected + rest)],
        }
    )
    found = differences_of(pl.DataFrame(rows, schema=ENTRIES, orient="row"), calls)
    return found.values, found.identifiers


def test_a_value_only_selected_calls_have_comes_first() -> None:
    found = compare(
        lambda call, chosen: {
            "version": "2" if chosen else "1",
            "zone": "a" if (chosen and call % 2) or call % 3 == 0 else "b",
        }
    )
    assert [(one.key, one.value) for one in found] == [("version", "2"), ("zone", "a")]
    assert (found[0].selected_share, found[0].rest_share, found[0].difference) == (1.0, 0.0, 1.0)


def test_what_all_calls_share_is_no_difference() -> None:
    assert compare(lambda call, chosen: {"method": "POST", "zone": "ab"[call % 2]}) == []


def test_a_value_that_is_missing_differs_as_not_set() -> None:
    found = compare(lambda call, chosen: {} if chosen and call % 4 else {"cache": "hit"})
    assert [(one.key, one.value, one.selected_calls, one.rest_calls) for one in found] == [
        ("cache", None, 75, 0)
    ]


def test_values_of_the_same_calls_are_one_difference() -> None:
    found = compare(
        lambda call, chosen: {
            "pod": f"p{int(chosen)}",
            "host": f"h{int(chosen)}",
            **({} if chosen else {"old": "yes"}),
            "zone": "a" if chosen and call else "b",
        }
    )
    assert [(one.key, one.value, one.same_calls) for one in found] == [
        ("host", "h1", ["callee old not set", "callee pod = p1"]),
        ("zone", "a", []),
    ]


def test_two_of_two_rank_below_eighty_of_a_hundred() -> None:
    assert surplus_low(2, 2, 0, 400) < surplus_low(80, 100, 0, 400)
    assert compare(lambda call, chosen: {"a": "x" if chosen else "xy"[call % 2]}, selected=2) == []


def test_identifiers_are_named_and_not_compared() -> None:
    found, identifiers = _differences(
        lambda call, chosen: {"order": f"o-{call}", "request.id": str(call), "userId": str(7 * call)}, 50, 50
    )
    assert found == []
    assert identifiers == ["callee order", "callee request.id", "callee userId"]


def test_a_port_of_the_caller_names_a_connection_and_not_a_cause() -> None:
    found, identifiers = _differences(lambda call, chosen: {"client.port": "7" if chosen else "8"}, 100, 400)
    assert found == []
    assert identifiers == ["callee client.port"]


@pytest.mark.parametrize(("has", "is_found"), [(2, False), (3, True)])
def test_one_or_two_calls_of_several_are_no_pattern(has: int, is_found: bool) -> None:
    found = compare(lambda call, chosen: {"host": "odd" if call < has else "usual"}, 8, 2_000)
    assert any(one.value == "odd" for one in found) is is_found


def test_numbers_with_many_values_are_compared_by_range() -> None:
    found = compare(lambda call, chosen: {"size": str(10_000 + call if chosen else call)})
    assert [(one.value, one.selected_share, one.rest_share) for one in found] == [("≥ 399", 1.0, 0.2525)]


def test_a_few_numbers_are_compared_one_by_one() -> None:
    found = compare(lambda call, chosen: {"status": "503" if chosen else "200"})
    assert [one.value for one in found] == ["503"]


@pytest.mark.parametrize("seed", range(3))
def test_chance_alone_is_rarely_a_difference(seed: int) -> None:
    random = Random(seed)
    found = compare(lambda call, chosen: {f"key{key}": random.choice("abcd") for key in range(30)})
    # 120 values compared; each passes 2.5 standard deviations by chance about once in 160.
    assert len(found) <= 3


def test_without_calls_on_one_side_nothing_is_compared() -> None:
    assert compare(lambda call, chosen: {"a": "x"}, selected=0) == []
    assert compare(lambda call, chosen: {"a": "x"}, rest=0) == []


# Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339 at 95 %.
def test_the_interval_is_newcombes() -> None:
    low, high = wilson(56, 70, 1.959964), wilson(48, 80, 1.959964)
    share, rest = 56 / 70, 48 / 80
    assert share - rest - ((share - low[0]) ** 2 + (high[1] - rest) ** 2) ** 0.5 == pytest.approx(
        0.0524, abs=1e-4
    )


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    low, high = wilson(hits, trials)
    assert 0 <= low <= hits / trials + 1e-12 and hits / trials - 1e-12 <= high <= 1
