"""Several collector processes on the same ports: starts them, starts a dead one again, stops them together.

The kernel spreads connections over processes that listen on one port (SO_REUSEPORT). Each worker is a whole
collector; they share nothing but the store. Prometheus sees their metrics as one, through files.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from spanhouse.listening import cannot_listen, check_free, host_port, port_of
from spanhouse.options import flag_name
from spanhouse.process import Addresses
from spanhouse.settings import CollectorSettings

logger = logging.getLogger(__name__)

# prometheus_client's own name for the directory of its files.
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PORTS = ("otlp_grpc_port", "otlp_http_port", "zipkin_port")
_STOP_SECONDS = 30.0
_PAUSE_SECONDS = 1.0


class SharedPorts:
    """Holds the ports of all workers, so that any free port is the same one for all of them."""

    def __init__(self, settings: CollectorSettings) -> None:
        self._wanted = settings
        self._held = ExitStack()
        self.settings = settings
        """The same settings with the ports that were found."""

    def __enter__(self) -> Self:
        """Binds each port without listening.

        Raises:
            CannotListen: A port is taken.
        """
        found = {}
        for name in _PORTS:
            port = getattr(self._wanted, name)
            check_free(self._wanted.host, port, flag_name(name))
            found[name] = port_of(self._held.enter_context(self._bound(name, port)))
        self.settings = self._wanted.model_copy(update=found)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Lets go of them."""
        self._held.close()

    @property
    def addresses(self) -> Addresses:
        """Where the workers can be reached."""
        host, found = self.settings.host, self.settings
        return Addresses(host_port(host, found.otlp_grpc_port), host_port(host, found.otlp_http_port))

    def _bound(self, name: str, port: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET6 if ":" in self._wanted.host else socket.AF_INET)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            opened.bind((self._wanted.host, port))
        except OSError as error:
            opened.close()
            raise cannot_listen(self._wanted.host, port, flag_name(name), error) from None
        return opened


class Workers:
    """The processes; entered when all are ready, left when all have ended."""

    def __init__(self, settings: CollectorSettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._metrics = tempfile.TemporaryDirectory(prefix="spanhouse-metrics-")
        self._processes: list[subprocess.Popen[str]] = []
        self._keepers: list[threading.Thread] = []

    def __enter__(self) -> None:
        """Starts them."""
        self._processes = [self._started() for _ in range(self._settings.workers)]
        for process in self._processes:
            _await_ready(process)
        self._keepers = [
            threading.Thread(target=self._keep, args=(number,), daemon=True)
            for number in range(len(self._processes))
        ]
        for keeper in self._keepers:
            keeper.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Lets them store and answer what is in flight."""
        self._stopping.set()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                logger.error("worker %d did not stop in time", process.pid)
                process.kill()
                process.wait()
        self._metrics.cleanup()

    def _keep(self, number: int) -> None:
        """Starts a worker again whenever it ends by itself."""
        while True:
            code = self._processes[number].wait()
            if self._stopping.wait(_PAUSE_SECONDS):
                return
            logger.error("worker %d ended with %d; starting another", self._processes[number].pid, code)
            self._processes[number] = self._started()
            _await_ready(self._processes[number])

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "spanhouse.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, METRICS_VARIABLE: self._metrics.name},
            text=True,
        )
        assert process.stdin is not None
        # By stdin, not by arguments: they hold the store's password. It stays open: its end is the worker's.
        process.stdin.write(self._settings.model_dump_json() + "\n")
        process.stdin.flush()
        return process


def metrics_of_all_workers() -> CollectorRegistry:
    """A registry that reads what every worker has counted."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, os.environ[METRICS_VARIABLE])  # type: ignore[no-untyped-call]
    return registry


def _await_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    process.stdout.readline()
