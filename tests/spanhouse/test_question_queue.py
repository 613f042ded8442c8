from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import pytest

from spanhouse import question_queue
from spanhouse.question_queue import QuestionQueue

FOREVER_SECONDS = 3600.0
SEARCH = "/api/v1/traces"


class Slow:
    """An application that works until it is told to go on, then answers to a client that reads slowly."""

    def __init__(self) -> None:
        self.working: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        name = scope["query_string"].decode() or scope["path"]
        self.working.append(name)
        try:
            await self.go_on.wait()
        finally:
            self.working.remove(name)
        if scope["path"] == "/broken":
            raise RuntimeError("broken")
        await send({"type": "http.response.start"})


async def never(*_: object) -> None:
    await asyncio.Event().wait()


def asked(queue: QuestionQueue, path: str, query: str = "", send: Any = None) -> asyncio.Task[None]:
    async def ignored(message: MutableMapping[str, Any]) -> None:
        return None

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    return asyncio.create_task(queue(scope, never, send or ignored))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _questions_take_turns() -> None:
    app = Slow()
    queue = QuestionQueue(app, 2, patience_seconds=FOREVER_SECONDS)
    tasks = [asked(queue, f"/api/{number}") for number in range(5)]
    await settled()
    assert app.working == ["/api/0", "/api/1"]
    health = asked(queue, "/healthz")
    await settled()
    assert "/healthz" in app.working
    app.go_on.set()
    await asyncio.gather(*tasks, health)


async def _room_comes_back(path: str) -> None:
    app = Slow()
    queue = QuestionQueue(app, 1, patience_seconds=FOREVER_SECONDS)
    broken = asked(queue, "/broken", "select=slow" if path == SEARCH else "")
    slow_reader = asked(queue, path, send=never)
    given_up = asked(queue, path)
    given_up_too = asked(queue, path)
    last = asked(queue, path)
    await settled()
    given_up_too.cancel()
    app.go_on.set()
    await settled()
    given_up.cancel()
    await asyncio.wait_for(last, 10)
    with pytest.raises(RuntimeError, match="broken"):
        await broken
    slow_reader.cancel()


async def _slow_ones_leave_a_place(at_once: int) -> None:
    app = Slow()
    queue = QuestionQueue(app, at_once, patience_seconds=FOREVER_SECONDS)
    searches = [asked(queue, SEARCH, f"search={number}") for number in range(2 * at_once)]
    await settled()
    slow_at_once = max(1, at_once // 2)
    assert app.working == [f"search={number}" for number in range(slow_at_once)]
    quick = [asked(queue, f"/api/{number}") for number in range(2 * at_once)]
    await settled()
    quick_at_once = max(at_once - slow_at_once, 1)
    assert app.working[slow_at_once:] == [f"/api/{number}" for number in range(quick_at_once)]
    app.go_on.set()
    await asyncio.gather(*searches, *quick)


async def _slow_ones_get_their_turn() -> None:
    app = Slow()
    queue = QuestionQueue(app, 2, patience_seconds=FOREVER_SECONDS)
    quick = [asked(queue, f"/api/{number}") for number in range(2)]
    await settled()
    search = asked(queue, SEARCH)
    await settled()
    behind = [asked(queue, f"/api/later/{number}") for number in range(4)]
    quick[0].cancel()
    await settled()
    assert app.working == ["/api/1", SEARCH]
    app.go_on.set()
    await asyncio.gather(quick[1], search, *behind)


async def _what_takes_long_gives_way() -> None:
    app = Slow()
    queue = QuestionQueue(app, 2, patience_seconds=0.0)
    tasks = [asked(queue, f"/api/{number}") for number in range(7)]
    await settled()
    # Two work on without a place, two hold the places; no more than that, however long it takes.
    assert app.working == [f"/api/{number}" for number in range(4)]
    app.go_on.set()
    await asyncio.gather(*tasks)
    app.go_on.clear()
    again = [asked(queue, f"/api/{number}") for number in range(7)]
    await settled()
    assert len(app.working) == 4
    app.go_on.set()
    await asyncio.gather(*again)


async def _nothing_gives_way_while_ingest_is_behind() -> None:
    app = Slow()
    queue = QuestionQueue(app, 2, lambda: True, patience_seconds=0.0)
    tasks = [asked(queue, f"/api/{number}") for number in range(7)]
    await settled()
    assert app.working == ["/api/0", "/api/1"]
    app.go_on.set()
    await asyncio.gather(*tasks)


async def _places_rest(behind: bool) -> list[str]:
    """Which of two questions for one place work a moment after the first was answered."""
    app = Slow()
    queue = QuestionQueue(app, 1, lambda: behind, FOREVER_SECONDS)

    async def stop_the_next(message: MutableMapping[str, Any]) -> None:
        app.go_on.clear()

    first, second = asked(queue, SEARCH, "first", stop_the_next), asked(queue, SEARCH, "second")
    await asyncio.sleep(0.2)
    app.go_on.set()
    await first
    await settled()
    working = list(app.working)
    app.go_on.set()
    await asyncio.wait_for(second, 10)
    return working


async def _rested_seconds(worked_seconds: float) -> float:
    """How long the second question for one place waits once the first was answered."""
    app = Slow()
    queue = QuestionQueue(app, 1, lambda: True, FOREVER_SECONDS)
    first, second = asked(queue, SEARCH, "first"), asked(queue, SEARCH, "second")
    await asyncio.sleep(worked_seconds)
    app.go_on.set()
    await first
    answered = time.monotonic()
    await asyncio.wait_for(second, 30)
    return time.monotonic() - answered


def test_a_place_rests_four_times_as_long_as_it_worked() -> None:
    assert asyncio.run(_rested_seconds(0.1)) >= 0.39


def test_no_rest_is_longer_than_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_queue, "REST_SHARE", 1e6)
    monkeypatch.setattr(question_queue, "LONGEST_REST_SECONDS", 0.2)
    assert 0.19 <= asyncio.run(_rested_seconds(0.05)) < 20


def test_a_place_rests_after_a_question_while_ingest_is_behind() -> None:
    assert asyncio.run(_places_rest(behind=True)) == []
    assert asyncio.run(_places_rest(behind=False)) == ["second"]


def test_what_takes_long_keeps_its_place_while_ingest_is_behind() -> None:
    asyncio.run(_nothing_gives_way_while_ingest_is_behind())


def test_questions_take_turns_and_health_does_not_wait() -> None:
    asyncio.run(_questions_take_turns())


@pytest.mark.parametrize("path", ["/api/1", SEARCH])
def test_room_comes_back_after_errors_and_from_slow_readers(path: str) -> None:
    asyncio.run(_room_comes_back(path))


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_slow_questions_always_leave_a_place_to_quick_ones(at_once: int) -> None:
    asyncio.run(_slow_ones_leave_a_place(at_once))


def test_slow_questions_get_their_turn_among_quick_ones() -> None:
    asyncio.run(_slow_ones_get_their_turn())


def test_a_question_that_takes_long_lets_the_next_one_in() -> None:
    asyncio.run(_what_takes_long_gives_way())
