"""A real `spanhouse` process, started as a user would start it, on free ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 180.0
STOP_SECONDS = 40.0
ANY_FREE_PORTS = ("--otlp-grpc-port", "0", "--otlp-http-port", "0", "--zipkin-port", "0")


class SpanhouseProcess:
    """One process; `start` waits for its ready line."""

    def __init__(self, arguments: Sequence[str], home: Path) -> None:
        self._log = Path(tempfile.mkdtemp(dir=home)) / "stderr"
        with self._log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "spanhouse", *arguments],
                cwd=home,
                env={**os.environ, "SPANHOUSE_LOG_FORMAT": "json", "TMPDIR": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self.ready: dict[str, str] = {}

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def ui(self) -> str:
        """URL of the pages and the API."""
        return self.ready["ui"]

    @property
    def log(self) -> str:
        """What it wrote to stderr so far."""
        return self._log.read_text()

    def wait_ready(self) -> None:
        """Reads stdout up to the ready line."""
        assert self._process.stdout is not None
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        assert line.startswith("ready "), f"no ready line but {line!r}; stderr: {self.log}"
        self.ready = dict(re.findall(r"(\S+?)=(\S+)", line))

    def stop(self) -> int:
        """Asks it to end; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait_exit()

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._process.kill()
        self._process.wait()

    def wait_exit(self) -> int:
        """Waits until it has ended; returns its exit code."""
        return self._process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Lets go of everything, whatever state it is in."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def get(self, path: str) -> Any:
        """Asks the JSON API."""
        with urllib.request.urlopen(self.ui + path, timeout=30) as answer:
            return json.load(answer)

    def trace(self, trace_id: str, span_count: int) -> Any:
        """A trace by the JSON API, once all its spans can be read: a moment after they were acknowledged."""

        def whole() -> Any:
            try:
                found = self.get(f"/api/v1/traces/{trace_id}")
            except urllib.error.HTTPError as error:
                with error:
                    assert error.code == 404
                return None
            return found if found["span_count"] >= span_count else None

        return eventually(whole)


@contextmanager
def started(arguments: Sequence[str], home: Path) -> Iterator[SpanhouseProcess]:
    """Runs `spanhouse ARGUMENTS` in `home` until the context ends."""
    process = SpanhouseProcess(arguments, home)
    try:
        process.wait_ready()
        yield process
    finally:
        process.close()


def loaded_packages(pid: int, names: Iterable[str]) -> set[str]:
    """Which of these Python packages a process has libraries of in its memory."""
    mapped = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in names if f"/site-packages/{name}/" in mapped}


def serving(data: Path) -> list[str]:
    """The arguments of an all-in-one process on free ports."""
    return ["serve", "--data", str(data), "--port", "0", *ANY_FREE_PORTS]


def eventually(found: Any, seconds: float = 20.0) -> Any:
    """Calls `found` until it returns something true; returns that."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return value
