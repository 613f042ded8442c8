"""One child process of the shop, seen from the supervisor: start, readiness, its words, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from spanhouse_shop.child import READY_LINE
from spanhouse_shop.roster import Member
from spanhouse_shop.voice import Voice


class ShopProcess:
    """A member's running process, in a process group of its own.

    Its own group keeps a Ctrl-C in the terminal from reaching it: the supervisor alone decides when and in
    which order processes end.
    """

    def __init__(self, member: Member, process: asyncio.subprocess.Process, voice: Voice) -> None:
        """Use `start` instead."""
        self.member = member
        self._process = process
        self._voice = voice
        self._ready = asyncio.Event()
        self.last_line = ""
        self._readers = [asyncio.create_task(self._read_stdout()), asyncio.create_task(self._read_stderr())]

    @classmethod
    async def start(
        cls, member: Member, arguments: Sequence[str], environment: Mapping[str, str], voice: Voice
    ) -> ShopProcess:
        """Start the process; its standard input is the lifeline it watches."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        return cls(member, process, voice)

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its process group."""
        return self._process.pid

    async def ready(self) -> None:
        """Return when the service has said that it answers."""
        await self._ready.wait()

    async def ended(self) -> int:
        """Return the exit code once the process has ended and all it wrote has been read."""
        code = await self._process.wait()
        await asyncio.wait(self._readers)
        return code

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group, if it still exists."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.decode(errors="replace").strip() == READY_LINE:
                self._ready.set()

    async def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self.last_line = text or self.last_line
            self._voice.relay(self.member.name, text)
