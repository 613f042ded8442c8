from __future__ import annotations

from dataclasses import replace

import pytest

from query.causes.selection import Selection
from query.model.window import Window, WindowError
from tests.ui.shop import NOW_NS, Shop
from ui.errors import BadParameter
from ui.links.selected import Selected, box_of, read_selected, selection_sentence

WINDOW = Window(NOW_NS - 900 * 10**9, NOW_NS)


def selected(**parameters: str) -> Selected:
    return read_selected(parameters.get, "slow", WINDOW, NOW_NS)


def test_the_url_decides_and_the_page_where_it_says_nothing() -> None:
    nothing: dict[str, str] = {}
    assert selected() == Selected(Selection("slow"), {})
    assert read_selected(nothing.get, "failing", WINDOW, NOW_NS).selection == Selection("failing")
    assert selected(select="failing").selection == Selection("failing")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"select": "slow"}, "the slowest 5 %"),
        ({"select": "failing"}, "failing calls"),
        ({"min_duration_ms": "80"}, "calls of 80.0 ms and more"),
        ({"max_duration_ms": "1500"}, "calls shorter than 1.50 s"),
        ({"min_duration_ms": "80", "max_duration_ms": "100"}, "calls of 80.0 ms to 100 ms"),
        (
            {"select": "failing", "selected_start": "-10m", "selected_end": "-5m"},
            "failing calls, 14:35:00 – 14:40:00 UTC",
        ),
    ],
)
def test_a_selection_reads_as_a_person_would_say_it(parameters: dict[str, str], words: str) -> None:
    assert selected(**parameters).words == words


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"select": "<b>"}, "must be slow or failing"),
        ({"min_duration_ms": "soon"}, "must be a number of milliseconds"),
        ({"min_duration_ms": "-1"}, "must be a number of milliseconds"),
        ({"max_duration_ms": "nan"}, "must be a number of milliseconds"),
        ({"min_duration_ms": "9", "max_duration_ms": "9"}, "must be below"),
        ({"selected_start": "-2h", "selected_end": "-1h"}, "outside the window"),
    ],
)
def test_what_makes_no_sense_is_said(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(BadParameter, match=message):
        selected(**parameters)
    with pytest.raises(WindowError):
        selected(selected_start="yesterday")


def test_only_a_chosen_part_of_the_heatmap_is_framed() -> None:
    assert box_of(selected(), WINDOW, 812.0) is None
    assert box_of(selected(select="failing"), WINDOW, 812.0) is None
    slow = box_of(selected(select="slow"), WINDOW, 812.0)
    part = box_of(selected(selected_start="-5m", max_duration_ms="100"), WINDOW, 812.0)
    assert slow is not None and part is not None
    assert (slow.start, slow.end, slow.from_ms, slow.to_ms) == (WINDOW.start, WINDOW.end, 812.0, None)
    assert (part.start, part.from_ms, part.to_ms) == ("2026-11-22T14:40:00.000000Z", None, 100.0)
    assert not selected(select="slow").cut_out and selected(min_duration_ms="1").cut_out


def test_the_surest_difference_is_the_sentence() -> None:
    found = Shop().causes.selection("checkout", "payment", WINDOW, Selection("slow"))
    assert found is not None
    sentence = selection_sentence(found, "the slowest 5 %", "payment", "checkout")
    assert sentence == "97 % of them have service.version = 2.4.1 (payment), of the rest 13 %."
    unset = replace(found, differences=found.differences[3:])
    assert selection_sentence(unset, "x", "payment", "checkout").startswith(
        "38 % of them have no feature.flag"
    )
    same = replace(found, differences=[])
    assert "surely more frequent" in selection_sentence(same, "x", "payment", "checkout")
    nothing = replace(found, selected=replace(found.selected, looked_at=0))
    assert (
        selection_sentence(nothing, "failing calls", "a", "b") == "No calls to look at among failing calls."
    )
    everything = replace(found, rest=replace(found.rest, looked_at=0))
    assert "no rest to compare" in selection_sentence(everything, "calls", "a", "b")
