from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.trace.attribute_text import MAX_VALUE_LENGTH, attribute_rows, statement_lines


def test_clauses_begin_lines_outside_quotes() -> None:
    text = "SELECT a FROM b LEFT JOIN c ON x = y WHERE z = ' FROM x ' ORDER  BY a LIMIT 3"
    assert statement_lines(text).splitlines() == [
        "SELECT a",
        "FROM b",
        "LEFT JOIN c ON x = y",
        "WHERE z = ' FROM x ' ORDER  BY a",
        "LIMIT 3",
    ]


@given(st.text(alphabet="FROMWHERE '\"` \tab", max_size=200))
def test_only_white_space_ever_changes(text: str) -> None:
    assert statement_lines(text).split() == text.split()


def test_hostile_lengths_are_cut_and_cheap() -> None:
    (row,) = attribute_rows({"k": "x" * 1_000_000})
    assert len(row.text) < MAX_VALUE_LENGTH + 100
    assert statement_lines("SELECT" + " " * 20_000 + "'" * 9_999).startswith("SELECT")


def test_statements_that_have_lines_stay_as_they_are() -> None:
    assert statement_lines("SELECT 1\nFROM a WHERE b") == "SELECT 1\nFROM a WHERE b"


def test_rows_come_by_key() -> None:
    rows = attribute_rows({"b": 1, "a": None, "c": "two\nlines", "d": ""})
    assert [(row.key, row.text, row.form) for row in rows] == [
        ("a", "null", "inline"),
        ("b", "1", "inline"),
        ("c", "two\nlines", "block"),
        ("d", "", "inline"),
    ]
