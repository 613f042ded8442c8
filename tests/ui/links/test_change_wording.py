from __future__ import annotations

import pytest

from query.model.link import DependencyLink, LinkOperation
from tests.ui.shop_links import link, times
from ui.links.change import LinkChange, OperationChange, became
from ui.links.change_wording import (
    change_label,
    change_note,
    change_sentence,
    difference,
    figure_changes,
    link_change_sentence,
    p95_difference,
    short_change,
    short_words,
)


def change(now: DependencyLink | None, then: DependencyLink | None) -> LinkChange:
    return LinkChange(now, then, became(now, then))


SLOWER = change(link("a", "b", p95=230), link("a", "b", p95=100))
FAILING = change(link("c", "d", calls=1000, errors=82), link("c", "d", calls=1000, errors=5))
NEW, GONE = change(link("e", "f"), None), change(None, link("g", "h"))
SAME = change(link("i", "j"), link("i", "j"))


def sentence(*changes: LinkChange) -> str:
    return "".join(part.text for part in change_sentence(changes, "1 hour")).replace("\u00a0", " ")


def test_the_sentence_counts_and_names_what_got_worse() -> None:
    assert sentence(SLOWER, FAILING, NEW, GONE, SAME) == (
        "2 links got worse than 1 hour earlier: "
        "a → b (p95 ×2.3); c → d (errors 0.5 % → 8.2 %), 1 new, 1 gone."
    )
    assert sentence(SAME, GONE) == "No link got worse than 1 hour earlier, 1 gone."
    assert sentence(NEW) == "No calls 1 hour earlier to compare with."


def test_many_are_counted() -> None:
    worse = [change(link("a", f"b{i}", p95=230), link("a", f"b{i}", p95=100)) for i in range(5)]
    assert sentence(*worse).endswith("and 3 more.")


def test_labels_are_short_and_only_on_what_changed() -> None:
    assert change_label(SLOWER, "1 hour") == ("p95 ×2.3", "vs 1 h ago")
    assert change_label(FAILING, "7 days") == ("8.2 % err.", "was 0.5 %")
    assert (change_label(NEW, "1 hour"), change_label(GONE, "1 hour")) == (("new",), ("gone",))
    assert change_label(SAME, "1 hour") == ()


def test_notes_say_the_same_in_words() -> None:
    assert change_note(SLOWER, "1 hour") == " Worse than 1 hour earlier: p95 ×2.3."
    assert change_note(NEW, "1 hour") == " New: no calls 1 hour earlier."
    assert change_note(GONE, "1 hour") == " Gone: calls only 1 hour earlier."
    assert change_note(SAME, "1 hour") == ""


def test_one_link_in_a_sentence() -> None:
    assert link_change_sentence(SLOWER, "1 hour") == "Worse than 1 hour earlier: p95 ×2.3."
    assert link_change_sentence(change(SLOWER.then, SLOWER.now), "1 day").startswith(
        "Better than 1 day earlier"
    )
    assert link_change_sentence(SAME, "1 hour") == "Much as 1 hour earlier."
    assert link_change_sentence(NEW, "1 hour") == "No calls 1 hour earlier to compare with."


def test_better_failure_rates_are_figures_too() -> None:
    assert short_change(change(FAILING.then, FAILING.now)).replace("\u00a0", " ") == "errors 8.2 % → 0.5 %"


@pytest.mark.parametrize(
    ("words", "short"),
    [("1 hour", "1 h ago"), ("15 minutes", "15 min ago"), ("7 days", "7 d ago"), ("one window", "before")],
)
def test_offsets_have_a_short_form(words: str, short: str) -> None:
    assert short_words(words) == short


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (230, 100, "2.3× as long"),
        (118, 100, "18 % longer"),
        (60, 100, "40 % shorter"),
        (104, 100, "about the same"),
        (0.4, 0.1, "about the same"),
        (3, 0, "none then, longer now"),
        (None, 5, "not observed now"),
        (5, None, "not observed then"),
    ],
)
def test_differences_in_words(now: float | None, then: float | None, said: str) -> None:
    assert difference(now, then, 0.5, ("longer", "shorter")) == said


def test_figures_side_by_side() -> None:
    assert SLOWER.now
    assert SLOWER.then
    rows = {row.label: row for row in figure_changes(SLOWER.now, SLOWER.then)}
    assert list(rows)[:3] == ["Calls", "Error rate", "Client p50"]
    assert (rows["Client p95"].then, rows["Client p95"].now) == ("100 ms", "230 ms")
    assert rows["Client p95"].difference == "2.3× as long"
    assert rows["Client p95"].notable
    assert not rows["Calls"].notable


def test_what_was_never_observed_has_no_row() -> None:
    outside = link("a", "bank", callee_kind="external")
    assert not any(row.label.startswith(("Server", "Gap")) for row in figure_changes(outside, outside))


def test_operations_in_words() -> None:
    one, other = (LinkOperation("get", 9, 0, 0.0, None, times(p95)) for p95 in (300, 100))
    assert p95_difference(OperationChange("get", one, other)) == "3.0× as long"
    assert p95_difference(OperationChange("get", one, None)) == "only now"
    assert p95_difference(OperationChange("get", None, other)) == "only then"
