"""Lets so many questions work at the same time; others wait their turn, in the order they came, in two lanes.

A question keeps a core busy, in the engine and here: more at once make each slower, and take from ingest what
it has in the same process. Slow questions (`question_lanes`) get half of the places at most, so that a quick
one waits for quick ones only. One that was thought quick and works for long gives its place to those behind.
What costs nothing (health, metrics, static files) does not wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from spanhouse.question_lanes import is_slow

_FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/docs", "/openapi.json", "/favicon.ico")
# Many times what the map of a day takes, rolled up, on a quiet machine.
PATIENCE_SECONDS = 0.5
# While ingest is behind: rest for each second of work, and the longest rest.
REST_SHARE = 4.0
LONGEST_REST_SECONDS = 5.0


class QuestionQueue:
    """An ASGI application around another.

    Args:
        app: Answers.
        at_once: Questions that work at the same time, of both lanes; each lane has one place at least.
        ingest_is_behind: Whether more comes in than can be stored; None: nothing comes in here.
        patience_seconds: After so long a question of the quick lane gives its place away and works on, unless
            ingest is behind. No more than `at_once` do so at the same time.
    """

    def __init__(
        self,
        app: Any,
        at_once: int,
        ingest_is_behind: Callable[[], bool] | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._app = app
        self._rooms = _Rooms(at_once, ingest_is_behind or _never)
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Serves one connection event."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        slow = is_slow(scope["path"], scope.get("query_string", b""))
        place = await (self._rooms.slow_place() if slow else self._rooms.quick_place())
        tired = asyncio.get_running_loop().call_later(self._patience_seconds, place.give_way)

        async def sent(message: MutableMapping[str, Any]) -> None:
            # The work is done; a client that reads slowly holds up nobody.
            place.leave()
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            tired.cancel()
            place.leave()


class _Rooms:
    """Where questions work: all of them in one room, slow ones by way of a smaller one."""

    def __init__(self, at_once: int, ingest_is_behind: Callable[[], bool]) -> None:
        self.ingest_is_behind = ingest_is_behind
        slow_places = max(1, at_once // 2)
        self.everyone = asyncio.Semaphore(max(at_once, slow_places + 1))
        self.slow = asyncio.Semaphore(slow_places)
        self.overtime_left = at_once

    async def quick_place(self) -> _QuickPlace:
        await self.everyone.acquire()
        return _QuickPlace(self)

    async def slow_place(self) -> _SlowPlace:
        await self.slow.acquire()
        try:
            await self.everyone.acquire()
        except BaseException:
            # The question was taken back while it waited.
            self.slow.release()
            raise
        return _SlowPlace(self)

    def rested(self, worked_seconds: float, give_back: Callable[[], None]) -> None:
        """Gives a place back, after a rest if ingest needs it."""
        if self.ingest_is_behind():
            rest_seconds = min(worked_seconds * REST_SHARE, LONGEST_REST_SECONDS)
            asyncio.get_running_loop().call_later(rest_seconds, give_back)
        else:
            give_back()


def _never() -> bool:
    return False


class _QuickPlace:
    def __init__(self, rooms: _Rooms) -> None:
        self._rooms = rooms
        self._began = time.monotonic()
        self._working = True
        self._overtime = False

    def give_way(self) -> None:
        """Lets the next one in, and works on; not while ingest needs what the next one would take."""
        if self._working and self._rooms.overtime_left and not self._rooms.ingest_is_behind():
            self._rooms.overtime_left -= 1
            self._overtime = True
            self._rooms.everyone.release()

    def leave(self) -> None:
        """For good; once is enough."""
        if not self._working:
            return
        self._working = False
        if self._overtime:
            self._rooms.overtime_left += 1
        else:
            self._rooms.rested(time.monotonic() - self._began, self._rooms.everyone.release)


class _SlowPlace:
    def __init__(self, rooms: _Rooms) -> None:
        self._rooms = rooms
        self._began = time.monotonic()
        self._working = True

    def give_way(self) -> None:
        """Never: quick ones have a place that slow ones cannot take."""

    def leave(self) -> None:
        """For good; once is enough."""
        if self._working:
            self._working = False
            self._rooms.rested(time.monotonic() - self._began, self._give_back)

    def _give_back(self) -> None:
        self._rooms.everyone.release()
        self._rooms.slow.release()
