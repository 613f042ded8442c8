"""Runs the shop as a person would, and keeps what it said and which processes it had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_WAIT_SECONDS = 180.0


@dataclass
class ShopRun:
    """A running shop."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for_line(self, part: str) -> None:
        wait_until(lambda: any(part in line for line in self.lines), lambda: f"{part!r} in {self.lines}")

    def child_pids(self) -> dict[str, int]:
        """The pid of every process of the shop, by member name."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                words = status.with_name("cmdline").read_text().split("\0")
            except OSError:
                continue
            if parent == self.process.pid and "spanhouse_shop.child" in words:
                found[words[words.index("spanhouse_shop.child") + 1]] = int(status.parent.name)
        return found


@contextmanager
def shop_run(*arguments: str) -> Iterator[ShopRun]:
    """Start the shop; whatever is left of it at the end is killed, also when the test has failed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spanhouse_shop", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    run = ShopRun(process)
    reader = threading.Thread(target=_read, args=(run,))
    reader.start()
    try:
        yield run
    finally:
        children = run.child_pids()
        process.kill()
        for pid in children.values():
            kill_if_there(pid)
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def _read(run: ShopRun) -> None:
    assert run.process.stderr is not None
    run.lines.extend(line.rstrip("\n") for line in run.process.stderr)


def kill_if_there(pid: int) -> None:
    """Kill one process of a shop this test run has started, unless its pid is somebody else's by now."""
    with suppress(ProcessLookupError, FileNotFoundError):
        if "spanhouse_shop" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)


def wait_until(is_so: Callable[[], bool], what: Callable[[], str], seconds: float = _WAIT_SECONDS) -> None:
    """Poll until `is_so`; fails with `what` was expected when it takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what()}"
        time.sleep(0.05)


def wait_until_gone(pids: dict[str, int]) -> None:
    """Wait until none of the processes exists any more."""
    wait_until(lambda: not _alive(pids), lambda: f"the end of {_alive(pids)}", seconds=20.0)


def _alive(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if _exists(pid)]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended but was not yet reaped by whoever adopted it is gone all the same.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
