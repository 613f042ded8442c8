"""The composition root: builds the parts of each shape of the process and starts and stops them in order.

The only place where collector, query, pages and storage meet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from spanhouse import frontend
from spanhouse.access import key_ring
from spanhouse.data_directory import DataDirectory
from spanhouse.ingest import Ingest
from spanhouse.lifecycle import StopRequest
from spanhouse.listening import host_port, is_loopback, open_socket, port_of
from spanhouse.logs import configure_logging
from spanhouse.questions import query_service
from spanhouse.settings import (
    CollectorSettings,
    IngestSettings,
    LookSettings,
    MigrateSettings,
    QuerySettings,
    ServerStoreSettings,
    ServeSettings,
)
from spanhouse.store import Stopped, bring_up, endpoint_of, policy_of, schema_options
from spanhouse.web import WebServer
from storage import migrations, policy
from storage.client import Database
from storage.endpoint import Endpoint
from storage.journal import Journal
from storage.space import FreeSpace
from storage.writer import SpanWriter
from ui.onboarding import Endpoints

logger = logging.getLogger(__name__)

DEFAULT_DATA = Path("data")


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


def serve(settings: ServeSettings, beside: Beside | None = None) -> None:
    """Everything in one process, until SIGTERM or Ctrl-C.

    Args:
        settings: What to do.
        beside: Something to run while the server does, once it is ready.

    Raises:
        CannotListen: A port is taken.
        DirectoryInUse: Another process has the data directory.
        MigrationError: The store's schema cannot be used.
        SettingError: A setting cannot be used.
    """
    with _running(settings) as process:
        keys = key_ring(settings.api_keys, "--api-keys")
        link_settings = settings.link_settings()
        socket = process.stack.enter_context(open_socket(settings.host, settings.port, "--port"))
        data = None if settings.clickhouse else process.take(settings.data or DEFAULT_DATA)
        endpoint = endpoint_of(settings, data.engine_path if data else None)
        writer = process.writer(endpoint, settings, data.journal_path if data else None)
        quarantine_path = settings.quarantine or (data.quarantine_path if data else _default_quarantine())
        ingest = Ingest(settings, writer, quarantine_path, process.registry)
        ingest.check_ports()
        database = process.database(endpoint)
        process.bring_up(database, settings)
        writer.resolve()
        reachable = ingest.start(process.stack)
        app = frontend.ui_app(
            query_service(database, link_settings),
            database,
            process.registry,
            keys,
            endpoints=Endpoints(reachable["otlp_grpc_port"], reachable["otlp_http_port"]),
            last_rejection=ingest.last_rejection,
        )
        process.start(WebServer(app, socket, "ui"))
        ui = f"http://{host_port(settings.host, port_of(socket))}"
        process.wait(Addresses(reachable["otlp_grpc_port"], reachable["otlp_http_port"], ui), beside)


def collect(settings: CollectorSettings) -> None:
    """Ingest only; raises as `serve` does."""
    with _running(settings) as process:
        endpoint = endpoint_of(settings)
        database = process.database(endpoint)
        ingest = Ingest(
            settings,
            process.writer(endpoint, settings, None),
            settings.quarantine or _default_quarantine(),
            process.registry,
            frontend.process_app(database, process.registry),
        )
        ingest.check_ports()
        process.bring_up(database, settings)
        reachable = ingest.start(process.stack)
        process.wait(Addresses(reachable["otlp_grpc_port"], reachable["otlp_http_port"]))


def answer(settings: QuerySettings) -> None:
    """API and pages only; raises as `serve` does."""
    with _running(settings) as process:
        keys = key_ring(settings.api_keys, "--api-keys")
        link_settings = settings.link_settings()
        socket = process.stack.enter_context(open_socket(settings.host, settings.port, "--port"))
        database = process.database(endpoint_of(settings))
        process.bring_up(database, settings)
        questions = query_service(database, link_settings)
        process.start(WebServer(frontend.ui_app(questions, database, process.registry, keys), socket, "ui"))
        process.wait(Addresses(ui=f"http://{host_port(settings.host, port_of(socket))}"))


class _Process:
    """What every shape of the process needs; `stack` undoes in reverse what was started."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.registry = CollectorRegistry()
        self._stop = StopRequest()
        self._stop.install()
        for collect_from in (ProcessCollector, PlatformCollector, GCCollector):
            collect_from(registry=self.registry)

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

    def writer(self, endpoint: Endpoint, settings: IngestSettings, journal_path: Path | None) -> SpanWriter:
        """A writer with connections of its own: readers never make an INSERT wait."""
        database = self.database(endpoint, max_connections=settings.inserts_in_flight + 2)
        return SpanWriter(database, Journal(journal_path), FreeSpace(database, settings.min_free_bytes))

    def start(self, web: WebServer) -> None:
        """Starts a listener."""
        web.start()
        self.stack.callback(web.stop)

    def wait(self, addresses: Addresses, beside: Beside | None = None) -> None:
        """Says that all is ready; returns when the process should end."""
        print(addresses.ready_line, flush=True)
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
def _running(settings: RunSettings) -> Iterator[_Process]:
    configure_logging(settings.log_level, settings.log_format)
    for danger in open_doors(settings):
        logger.warning("%s", danger)
    with ExitStack() as stack:
        try:
            yield _Process(stack)
        except Stopped:
            logger.info("stopped while waiting for the store")


def migrate(settings: MigrateSettings) -> None:
    """Applies what is pending, or prints it; raises as `serve` does."""
    configure_logging(settings.log_level, settings.log_format)
    with ExitStack() as stack:
        data = None
        if not settings.clickhouse:
            data = stack.enter_context(DataDirectory(settings.data or DEFAULT_DATA))
        database = Database(endpoint_of(settings, data.engine_path if data else None))
        stack.callback(database.close)
        options = schema_options(settings)
        if settings.dry_run:
            for statement in migrations.plan(database, options):
                print(f"{statement};\n")
            return
        applied = migrations.apply(database, options)
        policy.enforce(database, policy_of(settings))
        for migration in applied:
            print(f"applied {migration.number:04d}_{migration.slug}")
        print("the schema is up to date")


def _default_quarantine() -> Path:
    return Path("quarantine").absolute()
