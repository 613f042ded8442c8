from __future__ import annotations

import pytest

from ui.trace.marks import span_marks


@pytest.mark.parametrize(
    ("warning", "word"),
    [
        ("its parent 0102 has not arrived; shown as a root", "no parent"),
        ("its parents form a circle; shown as a root", "circle"),
        ("clock skew: moved by +3.100 ms to fit into its caller", "skewed"),
        ("2 other spans came with the same id and different content", "duplicate"),
        ("inferred from its caller", "inferred"),
        ("arrived 42 s late", "late"),
        ("something else", "note"),
    ],
)
def test_warnings_have_short_words_and_keep_their_sentence(warning: str, word: str) -> None:
    (mark,) = span_marks("", 0.0, [warning])
    assert (mark.word, mark.detail) == (word, warning)


def test_what_the_span_itself_shows_is_marked_once() -> None:
    marks = span_marks("abcd", -3.1, ["clock skew: moved", "its parent has not arrived"])
    assert [mark.word for mark in marks] == ["no parent", "skewed"]
    assert "−3.10 ms" in marks[1].detail
