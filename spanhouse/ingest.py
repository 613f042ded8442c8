"""Puts the collector together, starts it from the store outwards and stops it in reverse."""

from __future__ import annotations

import logging
import time
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from collector.batcher import Batcher
from collector.budget import ByteBudget
from collector.metrics import IngestMetrics
from collector.otlp.check import RequestChecker
from collector.pipeline import Pipeline
from collector.poison import PoisonFilter
from collector.quarantine import Quarantine
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_server import HttpServer
from collector.receivers.otlp_grpc import GrpcReceiver
from collector.receivers.otlp_http import OtlpHttpApp
from collector.receivers.zipkin import ZipkinApp
from collector.rejection import LastRejection
from collector.store import SpanStore
from collector.tls import TlsFiles, UnusableTlsFiles
from spanhouse.access import key_ring
from spanhouse.listening import cannot_listen, check_free, host_port
from spanhouse.options import flag_name
from spanhouse.setting_group import SettingError
from spanhouse.settings import DEFAULT_ZIPKIN_PORT, IngestSettings

logger = logging.getLogger(__name__)

# Longer than an INSERT takes, shorter than the 30 s that orchestrators wait before they kill.
DRAIN_SECONDS = 20.0
_PROCESS_PATHS = ("/healthz", "/readyz", "/metrics")


class Receiver(Protocol):
    """One listener of the collector."""

    port: int

    def start(self) -> None:
        """Binds and serves; raises OSError when the port cannot be bound."""

    def stop(self, drain_seconds: float) -> None:
        """Lets running requests finish."""


@dataclass(frozen=True, slots=True)
class _Listener:
    receiver: Receiver
    setting: str


class Ingest:
    """The collector of one process.

    Args:
        settings: Ports, limits, keys, certificates.
        store: Where spans go.
        quarantine_path: Where requests go that the store cannot decode.
        registry: Gets the metrics.
        process_app: ASGI application for `/healthz`, `/readyz` and `/metrics` on the OTLP/HTTP port; None
            when another port of the process has them.
        shared_ports: Other processes listen on the same ports; the kernel spreads connections over them.

    Raises:
        SettingError: A key's hash is none, or certificate files cannot be used.
    """

    def __init__(
        self,
        settings: IngestSettings,
        store: SpanStore,
        quarantine_path: Path,
        registry: CollectorRegistry,
        process_app: Any = None,
        *,
        shared_ports: bool = False,
    ) -> None:
        limits, tls, host = settings.limits(), _tls_of(settings), settings.host
        keys = key_ring(settings.ingest_keys, "--ingest-keys")
        cors = CorsPolicy(_listed(settings.cors_origins))
        metrics = IngestMetrics(registry)
        budget = ByteBudget(limits.max_in_flight_bytes)
        quarantine = Quarantine(quarantine_path, limits.max_quarantine_bytes, _now)
        self._settings = settings
        self._batcher = Batcher(store, PoisonFilter(store, quarantine, metrics), limits, budget, metrics)
        self.last_rejection = LastRejection(_now)
        pipeline = Pipeline(RequestChecker(limits), self._batcher, metrics, self.last_rejection, limits)
        grpc = GrpcReceiver(host, settings.otlp_grpc_port, pipeline, limits, budget, keys, tls, shared_ports)
        http_app: Any = OtlpHttpApp(pipeline, limits, budget, keys, cors)
        if process_app is not None:
            http_app = BesideProcessPaths(http_app, process_app)
        http = HttpServer(http_app, host, settings.otlp_http_port, tls, shared_ports)
        zipkin_app = ZipkinApp(pipeline, limits, budget, keys, cors)
        zipkin = HttpServer(zipkin_app, host, settings.zipkin_port, tls, shared_ports)
        self._listeners = (
            _Listener(grpc, "otlp_grpc_port"),
            _Listener(http, "otlp_http_port"),
            _Listener(zipkin, "zipkin_port"),
        )

    def check_ports(self) -> None:
        """Says what is wrong with a port before the store is opened; raises as `start` does."""
        for listener in self._listeners:
            port = getattr(self._settings, listener.setting)
            if (listener.setting, port) != ("zipkin_port", DEFAULT_ZIPKIN_PORT):
                check_free(self._settings.host, port, flag_name(listener.setting))

    def start(self, stack: ExitStack) -> dict[str, str]:
        """Starts to accept spans; leaving `stack` stops it after what is in flight is answered.

        Returns:
            `host:port` of each listener, by the name of its setting.

        Raises:
            CannotListen: A port cannot be opened.
        """
        self._batcher.start()
        stack.callback(self._stop)
        addresses = {}
        for listener in self._listeners:
            try:
                listener.receiver.start()
            except OSError as error:
                self._on_failure(listener.setting, error)
            else:
                addresses[listener.setting] = host_port(self._settings.host, listener.receiver.port)
        return addresses

    def _on_failure(self, setting: str, error: OSError) -> None:
        port = getattr(self._settings, setting)
        problem = cannot_listen(self._settings.host, port, flag_name(setting), error)
        # Beside a running Zipkin the default port is taken, and nobody asked for it: OTLP goes on.
        if setting == "zipkin_port" and port == DEFAULT_ZIPKIN_PORT:
            logger.warning("no Zipkin spans are taken: %s", problem)
            return
        raise problem from None

    def _stop(self) -> None:
        """First no new requests: senders try again elsewhere. Then every waiting one gets its answer."""
        deadline = time.monotonic() + DRAIN_SECONDS
        if not self._batcher.stop(DRAIN_SECONDS):
            logger.error("the store did not take everything in time; senders were told to try again")
        # At the same time: uvicorn looks for its end every 100 ms only.
        with ThreadPoolExecutor(len(self._listeners)) as pool:
            for listener in self._listeners:
                pool.submit(listener.receiver.stop, max(1.0, deadline - time.monotonic()))


class BesideProcessPaths:
    """ASGI: the paths about the process go to one application, everything else to the other."""

    def __init__(self, app: Any, process_app: Any) -> None:
        self._app = app
        self._process_app = process_app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Hands the request on."""
        about_process = scope["type"] == "http" and scope["path"] in _PROCESS_PATHS
        await (self._process_app if about_process else self._app)(scope, receive, send)


def _tls_of(settings: IngestSettings) -> TlsFiles | None:
    if settings.tls_certificate is None or settings.tls_private_key is None:
        return None
    files = TlsFiles(settings.tls_certificate, settings.tls_private_key, settings.tls_client_ca)
    try:
        files.check()
    except UnusableTlsFiles as error:
        raise SettingError(f"TLS files: {error}") from None
    return files


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _now() -> datetime:
    return datetime.now(UTC)
