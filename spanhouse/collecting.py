"""The composition root of a process that only takes spans in: built and started in order.

Apart from `spanhouse.server`, so that a collector loads neither pages nor queries.
"""

from __future__ import annotations

import sys

from spanhouse.head_requests import HeadAsGet
from spanhouse.ingest import Ingest
from spanhouse.process import Addresses, Process, default_quarantine, name_of, running
from spanhouse.process_app import process_app
from spanhouse.settings import CollectorSettings
from spanhouse.store import endpoint_of
from spanhouse.workers import SharedPorts, Workers, metrics_of_all_workers
from spanhouse.write_path import write_path


def collect(settings: CollectorSettings) -> None:
    """Ingest only; raises as `spanhouse.server.serve` does."""
    with running(settings) as process:
        if settings.workers > 1:
            ports = process.stack.enter_context(SharedPorts(settings))
            process.bring_up(process.database(endpoint_of(settings)), settings)
            process.stack.enter_context(Workers(ports.settings))
            process.wait(ports.addresses)
            return
        _collect(settings, process, shared_ports=False)


def collect_as_worker(settings: CollectorSettings) -> None:
    """One of several processes on the same ports; ends when stdin does, which is when its starter is gone."""
    with running(settings, quiet=True) as process:
        process.end_with(sys.stdin.buffer)
        _collect(settings, process, shared_ports=True)


def _collect(settings: CollectorSettings, process: Process, *, shared_ports: bool) -> None:
    endpoint = endpoint_of(settings)
    database = process.database(endpoint)
    way_in = write_path(process, endpoint, settings, name_of(settings, shared_ports=shared_ports))
    ingest = Ingest(
        settings,
        way_in.writer,
        settings.quarantine or default_quarantine(),
        process.registry,
        HeadAsGet(process_app(database, metrics_of_all_workers() if shared_ports else process.registry)),
        shared_ports=shared_ports,
    )
    if not shared_ports:
        ingest.check_ports()
    process.bring_up(database, settings)
    process.start_unpacking(way_in.unpacking)
    reachable = ingest.start(process.stack)
    process.wait(Addresses(reachable["otlp_grpc_port"], reachable["otlp_http_port"]))
