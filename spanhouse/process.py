"""What every shape of the process needs: signals, metrics, connections; what was started is undone."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname
from typing import BinaryIO

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from spanhouse.allocators import give_back_early
from spanhouse.data_directory import DataDirectory
from spanhouse.ingest import DRAIN_SECONDS
from spanhouse.lifecycle import StopRequest
from spanhouse.listening import is_loopback
from spanhouse.logs import configure_logging
from spanhouse.settings import (
    CollectorSettings,
    IngestSettings,
    LookSettings,
    QuerySettings,
    ServerStoreSettings,
    ServeSettings,
)
from spanhouse.store import Stopped, bring_up
from spanhouse.warm_up import WarmUp
from spanhouse.web import WebServer
from storage.client import Database
from storage.endpoint import Endpoint
from storage.unpacking import Unpacking

logger = logging.getLogger(__name__)

# Objects of each generation (gc.set_threshold): Python's own 700, 10, 10 collect with every dozen requests.
_COLLECT_AFTER = (10_000, 20, 50)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running process can be reached; empty for what it does not have."""

    otlp_grpc: str = ""
    otlp_http: str = ""
    ui: str = ""

    @property
    def ready_line(self) -> str:
        """The one line on stdout that scripts wait for."""
        named = (("otlp-grpc", self.otlp_grpc), ("otlp-http", self.otlp_http), ("ui", self.ui))
        return " ".join(["ready", *(f"{name}={value}" for name, value in named if value)])


RunSettings = ServeSettings | CollectorSettings | QuerySettings
Beside = Callable[[Addresses], AbstractContextManager[None]]


class Process:
    """What every shape of the process needs; `stack` undoes in reverse what was started."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.registry = CollectorRegistry()
        self._stop = StopRequest()
        self._stop.install()
        self._warm_up = WarmUp([])
        self._caught_up: Callable[[float], bool] = lambda seconds: True
        for collect_from in (ProcessCollector, PlatformCollector, GCCollector):
            collect_from(registry=self.registry)

    def end_with(self, lifeline: BinaryIO) -> None:
        """Asks this process to end when `lifeline` does."""

        def watch() -> None:
            # Not through its buffer: a thread that holds its lock would break the interpreter's end.
            while os.read(lifeline.fileno(), 4096):
                pass
            self._stop.request()

        threading.Thread(target=watch, daemon=True).start()

    def take(self, path: Path) -> DataDirectory:
        """Takes the embedded engine's directory."""
        return self.stack.enter_context(DataDirectory(path))

    def database(self, endpoint: Endpoint, max_connections: int = 8) -> Database:
        """Connections to the store, opened when they are needed."""
        database = Database(endpoint, max_connections=max_connections)
        self.stack.callback(database.close)
        return database

    def bring_up(self, database: Database, settings: ServerStoreSettings) -> None:
        """Waits for the store, brings its schema to this version and its tables to the settings."""
        bring_up(database, settings, self._stop)

    def start_unpacking(self, unpacking: Unpacking) -> None:
        """Unpacks what an earlier life of this process left in the log, then goes on beside the writers.

        Meanwhile spans are taken; `wait` says ready when the first is done.
        """
        unpacking.look_back()
        unpacking.start()
        self._caught_up = unpacking.caught_up
        self.stack.callback(unpacking.stop, DRAIN_SECONDS)

    def start(self, web: WebServer) -> None:
        """Starts a listener."""
        web.start()
        self.stack.callback(web.stop)

    def warm_up(self, steps: Sequence[Callable[[], object]]) -> None:
        """Does things in the background, once all is ready, that somebody would wait for later."""
        self._warm_up = WarmUp(steps)
        self.stack.callback(self._warm_up.stop)

    def wait(self, addresses: Addresses, beside: Beside | None = None) -> None:
        """Says that all is ready: listeners answer and what was acknowledged before can be read.

        Returns when the process should end.
        """
        while not (self._caught_up(0.1) or self._stop.requested):
            pass
        with _calm_garbage_collector():
            print(addresses.ready_line, flush=True)
            self._warm_up.start()
            with beside(addresses) if beside else nullcontext():
                self._stop.wait()
        logger.info("stopping: answering what is in flight")


def open_doors(settings: RunSettings) -> list[str]:
    """What anyone on the network may do with a process of these settings, one sentence each."""
    if is_loopback(settings.host):
        return []
    found = []
    if isinstance(settings, IngestSettings) and not settings.ingest_keys:
        found.append(f"listening on {settings.host} without --ingest-keys: everyone there can send spans")
    if isinstance(settings, LookSettings) and not settings.api_keys:
        found.append(f"listening on {settings.host} without --api-keys: everyone there can read traces")
    return found


@contextmanager
def running(settings: RunSettings, *, quiet: bool = False) -> Iterator[Process]:
    """A process of these settings: its log is set up, signals end it, and everything it started is undone."""
    give_back_early()
    configure_logging(settings.log_level, settings.log_format)
    for danger in [] if quiet else open_doors(settings):
        logger.warning("%s", danger)
    with ExitStack() as stack:
        try:
            yield Process(stack)
        except Stopped:
            logger.info("stopped while waiting for the store")


@contextmanager
def _calm_garbage_collector() -> Iterator[None]:
    """What is loaded by now stays: looking through it again was a fifth of the CPU of small requests."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def default_quarantine() -> Path:
    """Where a process without a data directory keeps what ClickHouse cannot decode."""
    return Path("quarantine").absolute()


def name_of(settings: ServeSettings | CollectorSettings, *, shared_ports: bool = False) -> str:
    """The same for a process that is started again in the place of one that is gone, and only then."""
    place = f"{gethostname()}:{settings.otlp_grpc_port}"
    return f"{place}:{os.getpid()}" if shared_ports or settings.otlp_grpc_port == 0 else place
