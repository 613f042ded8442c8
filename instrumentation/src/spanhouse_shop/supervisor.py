"""Starts every process of the shop, sends the visits, tells the story and ends everything again.

The composition root of the shop. Exit codes: 0 when it was told to stop or its time was up, 1 when a
process of the shop failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanhouse_shop.child import child_arguments
from spanhouse_shop.environment import child_environment
from spanhouse_shop.load import Load
from spanhouse_shop.ports import bound_socket, port_of
from spanhouse_shop.process import ShopProcess
from spanhouse_shop.roster import ROSTER, uncalled_members
from spanhouse_shop.story import Story
from spanhouse_shop.voice import Voice

_READY_SECONDS = 180.0
# For each of the two groups that are stopped one after the other. With the load's drain the whole end stays
# below the 10 s after which the demo command kills the shop.
_GRACE_SECONDS = 3.5
_PARENT_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """What the command line asks for.

    `duration_seconds` 0 means until stopped; `parent_pid` None means that the parent is not watched.
    """

    otlp_endpoint: str
    story: Story
    duration_seconds: float
    parent_pid: int | None


class ProcessFailedError(Exception):
    """A process of the shop ended, or never answered, without having been asked to."""


class Supervisor:
    """One run of the shop."""

    def __init__(self, settings: ShopSettings, environment: Mapping[str, str], voice: Voice) -> None:
        self._settings = settings
        self._environment = environment
        self._voice = voice
        self._stop = asyncio.Event()
        self._processes: list[ShopProcess] = []

    async def run(self) -> int:
        """Run the shop to its end; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        try:
            with contextlib.ExitStack() as reservations:
                sockets = {member.name: reservations.enter_context(bound_socket()) for member in ROSTER}
                ports = {name: port_of(sock) for name, sock in sockets.items()}
                await self._start(ports)
                await self._live(Load(self._settings.story, ports["storefront"]))
        except ProcessFailedError as error:
            self._voice.say(str(error))
            return 1
        finally:
            await self._end()
        return 0

    async def _start(self, ports: dict[str, int]) -> None:
        run_id = secrets.token_hex(4)
        for member in ROSTER:
            process = await ShopProcess.start(
                member,
                child_arguments(member, self._settings.story, ports),
                child_environment(self._environment, member, self._settings.otlp_endpoint, run_id),
                self._voice,
            )
            self._processes.append(process)
        self._voice.say(f"starting {len(ROSTER)} processes, traces go to {self._settings.otlp_endpoint}")

    async def _live(self, load: Load) -> None:
        try:
            if not await self._until(self._everyone_ready(), _READY_SECONDS):
                raise ProcessFailedError(f"not every process was ready within {_READY_SECONDS:g} s")
            await self._until(load.warm_up(), _READY_SECONDS)
            if self._stop.is_set():
                return
            await self._until(self._play(load), self._settings.duration_seconds or None)
        finally:
            await load.close()
        self._voice.say(f"closing: {load.tally}")

    async def _everyone_ready(self) -> None:
        for process in self._processes:
            await process.ready()

    async def _play(self, load: Load) -> None:
        story = self._settings.story
        self._voice.say(f"open: {story.visits_per_second:g} visits per second, seed {story.seed}")
        started_at = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run(started_at))
            group.create_task(self._tell(started_at))

    async def _until(self, deed: Coroutine[Any, Any, None], timeout_seconds: float | None) -> bool:
        """Wait for the end of `deed`, the stop or a failure; False when the time was up first."""
        watches = [self._stop.wait(), *(self._fail_at_end_of(process) for process in self._processes)]
        if self._settings.parent_pid is not None:
            watches.append(self._parent_gone(self._settings.parent_pid))
        tasks = [asyncio.create_task(coroutine) for coroutine in (deed, *watches)]
        try:
            done, _ = await asyncio.wait(tasks, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()
        return bool(done)

    async def _fail_at_end_of(self, process: ShopProcess) -> None:
        code = await process.ended()
        said = process.last_line or "it said nothing"
        raise ProcessFailedError(f"{process.member.name} ended by itself with code {code}: {said}")

    async def _parent_gone(self, parent_pid: int) -> None:
        while os.getppid() == parent_pid:  # noqa: ASYNC110  # nothing announces a parent's death
            await asyncio.sleep(_PARENT_POLL_SECONDS)
        self._stop.set()

    async def _tell(self, started_at: float) -> None:
        loop = asyncio.get_running_loop()
        for turn in self._settings.story.turns():
            if turn.offset_seconds == float("inf"):
                return
            await asyncio.sleep(started_at + turn.offset_seconds - loop.time())
            self._voice.say_at(turn.offset_seconds, turn.line)

    async def _end(self) -> None:
        """Stop those whom nobody calls, then the rest.

        The first finish what they hold before they end, so no call is under way when the others go, and the
        end makes no errors of its own.
        """
        first = uncalled_members()
        await self._stop_all([process for process in self._processes if process.member.name in first])
        await self._stop_all([process for process in self._processes if process.member.name not in first])

    async def _stop_all(self, processes: Sequence[ShopProcess]) -> None:
        for process in processes:
            process.send(signal.SIGTERM)
        ends = {asyncio.ensure_future(process.ended()): process for process in processes}
        if not ends:
            return
        _, late = await asyncio.wait(ends, timeout=_GRACE_SECONDS)
        if late:
            names = ", ".join(sorted(ends[future].member.name for future in late))
            self._voice.say(f"killed, not having stopped within {_GRACE_SECONDS:g} s: {names}")
        for future in late:
            ends[future].send(signal.SIGKILL)
        await asyncio.gather(*ends)
