from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from spanhouse.question_queue import QuestionQueue


class Slow:
    """An application that works until it is told to go on, then answers to a client that reads slowly."""

    def __init__(self) -> None:
        self.working: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        self.working.append(scope["path"])
        try:
            await self.go_on.wait()
        finally:
            self.working.remove(scope["path"])
        if scope["path"] == "/broken":
            raise RuntimeError("broken")
        await send({"type": "http.response.start"})


async def never(*_: object) -> None:
    await asyncio.Event().wait()


def asked(queue: QuestionQueue, path: str, send: Any = None) -> asyncio.Task[None]:
    async def ignored(message: MutableMapping[str, Any]) -> None:
        return None

    return asyncio.create_task(queue({"type": "http", "path": path}, never, send or ignored))


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _questions_take_turns() -> None:
    app = Slow()
    queue = QuestionQueue(app, 2)
    tasks = [asked(queue, f"/api/{number}") for number in range(5)]
    await settled()
    assert app.working == ["/api/0", "/api/1"]
    health = asked(queue, "/healthz")
    await settled()
    assert "/healthz" in app.working
    app.go_on.set()
    await asyncio.gather(*tasks, health)


async def _room_comes_back() -> None:
    app = Slow()
    queue = QuestionQueue(app, 1)
    broken = asked(queue, "/broken")
    slow_reader = asked(queue, "/api/1", never)
    given_up = asked(queue, "/api/2")
    last = asked(queue, "/api/3")
    app.go_on.set()
    await settled()
    given_up.cancel()
    await asyncio.wait_for(last, 10)
    with pytest.raises(RuntimeError, match="broken"):
        await broken
    slow_reader.cancel()


def test_questions_take_turns_and_health_does_not_wait() -> None:
    asyncio.run(_questions_take_turns())


def test_room_comes_back_after_errors_and_from_slow_readers() -> None:
    asyncio.run(_room_comes_back())
