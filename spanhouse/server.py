"""The composition root: builds the parts of each shape of the process and starts and stops them in order.

The only place where collector, query, pages and storage meet. `spanhouse.collecting` builds collectors.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from spanhouse.access import key_ring
from spanhouse.data_directory import DataDirectory
from spanhouse.ingest import Ingest
from spanhouse.listening import host_port, open_socket, port_of
from spanhouse.logs import configure_logging
from spanhouse.process import Addresses, Beside, default_quarantine, name_of, running
from spanhouse.settings import (
    MigrateSettings,
    QuerySettings,
    ServeSettings,
)
from spanhouse.store import endpoint_of, policy_of, schema_options
from spanhouse.web import WebServer
from spanhouse.write_path import write_path
from storage import migrations, policy
from storage.client import Database

DEFAULT_DATA = Path("data")


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
    with running(settings) as process:
        keys = key_ring(settings.api_keys, "--api-keys")
        link_settings = settings.link_settings()
        socket = process.stack.enter_context(open_socket(settings.host, settings.port, "--port"))
        data = None if settings.clickhouse else process.take(settings.data or DEFAULT_DATA)
        endpoint = endpoint_of(settings, data.engine_path if data else None)
        way_in = write_path(process, endpoint, settings, name_of(settings), data.log_path if data else None)
        quarantine_path = settings.quarantine or (data.quarantine_path if data else default_quarantine())
        ingest = Ingest(settings, way_in.writer, quarantine_path, process.registry)
        ingest.check_ports()
        database = process.database(endpoint)
        process.bring_up(database, settings)
        process.start_unpacking(way_in.unpacking)
        reachable = ingest.start(process.stack)
        # Half of the time of a start is theirs: spans are taken before.
        from spanhouse import frontend
        from spanhouse.questions import answering
        from ui.onboarding import Endpoints

        answers = frontend.ui_app(
            process.stack.enter_context(answering(database, link_settings, way_in.logged_since)),
            database,
            process.registry,
            keys,
            questions_at_once=settings.question_limit(),
            ingest_is_behind=lambda: way_in.bundles.behind,
            endpoints=Endpoints(reachable["otlp_grpc_port"], reachable["otlp_http_port"]),
            last_rejection=ingest.last_rejection,
        )
        process.start(WebServer(answers.app, socket, "ui"))
        process.warm_up(answers.warm_up_steps)
        ui = f"http://{host_port(settings.host, port_of(socket))}"
        process.wait(Addresses(reachable["otlp_grpc_port"], reachable["otlp_http_port"], ui), beside)


def answer(settings: QuerySettings) -> None:
    """API and pages only; raises as `serve` does."""
    with running(settings) as process:
        from spanhouse import frontend
        from spanhouse.questions import answering

        keys = key_ring(settings.api_keys, "--api-keys")
        link_settings = settings.link_settings()
        socket = process.stack.enter_context(open_socket(settings.host, settings.port, "--port"))
        database = process.database(endpoint_of(settings))
        process.bring_up(database, settings)
        questions = process.stack.enter_context(answering(database, link_settings))
        answers = frontend.ui_app(
            questions, database, process.registry, keys, questions_at_once=settings.question_limit()
        )
        process.start(WebServer(answers.app, socket, "ui"))
        process.warm_up(answers.warm_up_steps)
        process.wait(Addresses(ui=f"http://{host_port(settings.host, port_of(socket))}"))


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
