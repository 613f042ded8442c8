from __future__ import annotations

from query.links.recent import KEPT_SECONDS, MOST_KEPT, Recent


def test_an_answer_is_used_again_for_a_moment() -> None:
    now = 0.0
    asked: list[str] = []
    recent: Recent[int] = Recent(clock=lambda: now)

    def ask(question: str) -> int:
        return recent.get(question, lambda: asked.append(question) or len(asked))  # type: ignore[func-returns-value]

    assert [ask("a"), ask("a"), ask("b"), ask("a")] == [1, 1, 2, 1]
    now = KEPT_SECONDS
    assert ask("a") == 3


def test_only_the_last_few_are_kept() -> None:
    recent: Recent[int] = Recent(clock=lambda: 0.0)
    for number in range(MOST_KEPT + 1):
        recent.get(number, lambda number=number: number)  # type: ignore[misc]  # a lambda's default
    assert recent.get(MOST_KEPT, lambda: -1) == MOST_KEPT
    assert recent.get(0, lambda: -1) == -1
