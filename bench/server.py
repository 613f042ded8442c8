"""A real `spanhouse serve` on free ports and a throw-away directory, for measurements."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COLLECTOR_READY = re.compile(r"ready otlp-grpc=\S+:(\d+)")
_READY = re.compile(r"ready otlp-grpc=\S+:(\d+) otlp-http=\S+:(\d+) ui=(\S+)")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the server listens and what its process is."""

    pid: int
    grpc_port: int
    http_port: int
    ui_url: str


def read_ready(process: subprocess.Popen[str]) -> RunningServer:
    """Waits for the line that says the server is ready.

    Raises:
        RuntimeError: It printed something else or ended.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    match = _READY.search(line)
    if match is None:
        raise RuntimeError(f"spanhouse serve did not become ready: {line!r}")
    grpc_port, http_port, ui_url = match.groups()
    return RunningServer(process.pid, int(grpc_port), int(http_port), ui_url)


@contextmanager
def collecting(*options: str) -> Iterator[tuple[int, int]]:
    """Starts a collector and stops it by SIGTERM; gives its process id and its OTLP/gRPC port.

    Raises:
        RuntimeError: It did not become ready.
    """
    ports = ["--otlp-grpc-port", "0", "--otlp-http-port", "0", "--zipkin-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "spanhouse", "collector", *ports, *options], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = _COLLECTOR_READY.search(line)
        if match is None:
            raise RuntimeError(f"spanhouse collector did not become ready: {line!r}")
        yield process.pid, int(match[1])
    finally:
        stop(process)


@contextmanager
def running(*options: str, data: Path | None = None) -> Iterator[RunningServer]:
    """Starts a server and stops it by SIGTERM; without a directory of its own its data is removed.

    Raises:
        RuntimeError: It did not become ready.
    """
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as temporary:
        ports = ["--port", "0", "--otlp-grpc-port", "0", "--otlp-http-port", "0", "--zipkin-port", "0"]
        process = subprocess.Popen(
            [sys.executable, "-m", "spanhouse", "serve", "--data", str(data or temporary), *ports, *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield read_ready(process)
        finally:
            stop(process)


def stop(process: subprocess.Popen[Any]) -> None:
    """By SIGTERM; what does not end by that is killed."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
