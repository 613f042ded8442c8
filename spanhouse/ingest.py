"""Puts the collector together, starts it from the store outwards and stops it in reverse."""

from __future__ import annotations

import logging
import time
from collections.abc import MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from collector.batcher import Batcher
from collector.budget import ByteBudget
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import IngestMetrics
from collector.otlp.check import RequestChecker
from collector.pipeline import Pipeline
from collector.poison import PoisonFilter
from collector.quarantine import Quarantine
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_server import HttpServer
from collector.receivers.otlp_grpc import GrpcReceiver
from collector.receivers.otlp_http import OtlpHttpApp
from collector.rejection import LastRejection
from collector.store import SpanStore
from collector.tls import TlsFiles
from spanhouse.listening import CannotListen, host_port
from spanhouse.settings import IngestSettings, SettingError

logger = logging.getLogger(__name__)

# Longer than an INSERT takes, shorter than the 30 s that orchestrators wait before they kill.
DRAIN_SECONDS = 20.0
_PROCESS_PATHS = ("/healthz", "/readyz", "/metrics")


@dataclass(frozen=True, slots=True)
class IngestAddresses:
    """Where spans can be sent, as `host:port`."""

    otlp_grpc: str
    otlp_http: str


class Ingest:
    """The collector of one process.

    Args:
        settings: Ports, limits, keys, certificates.
        store: Where spans go.
        quarantine_path: Where requests go that the store cannot decode.
        registry: Gets the metrics.
        process_app: ASGI application for `/healthz`, `/readyz` and `/metrics` on the OTLP/HTTP port; None
            when another port of the process has them.
    """

    def __init__(
        self,
        settings: IngestSettings,
        store: SpanStore,
        quarantine_path: Path,
        registry: CollectorRegistry,
        process_app: Any = None,
    ) -> None:
        limits = limits_of(settings)
        keys = _keys_of(settings)
        tls = _tls_of(settings)
        metrics = IngestMetrics(registry)
        budget = ByteBudget(limits.max_in_flight_bytes)
        quarantine = Quarantine(quarantine_path, limits.max_quarantine_bytes, _now)
        self._settings = settings
        self._batcher = Batcher(store, PoisonFilter(store, quarantine, metrics), limits, budget, metrics)
        self.last_rejection = LastRejection(_now)
        pipeline = Pipeline(RequestChecker(limits), self._batcher, metrics, self.last_rejection, limits)
        http_app: Any = OtlpHttpApp(
            pipeline, limits, budget, keys, CorsPolicy(_listed(settings.cors_origins))
        )
        if process_app is not None:
            http_app = BesideProcessPaths(http_app, process_app)
        self._grpc = GrpcReceiver(settings.host, settings.otlp_grpc_port, pipeline, limits, budget, keys, tls)
        self._http = HttpServer(http_app, settings.host, settings.otlp_http_port, tls)

    def start(self, stack: ExitStack) -> IngestAddresses:
        """Starts to accept spans; leaving `stack` stops it after what is in flight is answered.

        Raises:
            CannotListen: A port cannot be opened or a certificate file cannot be read.
        """
        self._batcher.start()
        stack.callback(self._stop)
        for receiver, flag, port in (
            (self._grpc, "--otlp-grpc-port", self._settings.otlp_grpc_port),
            (self._http, "--otlp-http-port", self._settings.otlp_http_port),
        ):
            try:
                receiver.start()
            except OSError as error:
                where = host_port(self._settings.host, port)
                raise CannotListen(f"cannot listen on {where} ({flag}): {error}") from None
        return IngestAddresses(
            otlp_grpc=host_port(self._settings.host, self._grpc.port),
            otlp_http=host_port(self._settings.host, self._http.port),
        )

    def _stop(self) -> None:
        """First no new requests: senders try again elsewhere. Then every waiting one gets its answer."""
        deadline = time.monotonic() + DRAIN_SECONDS
        if not self._batcher.stop(DRAIN_SECONDS):
            logger.error("the store did not take everything in time; senders were told to try again")
        for receiver in (self._grpc, self._http):
            receiver.stop(max(1.0, deadline - time.monotonic()))


class BesideProcessPaths:
    """ASGI: the paths about the process go to one application, everything else to the other."""

    def __init__(self, app: Any, process_app: Any) -> None:
        self._app = app
        self._process_app = process_app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Hands the request on."""
        about_process = scope["type"] == "http" and scope["path"] in _PROCESS_PATHS
        await (self._process_app if about_process else self._app)(scope, receive, send)


def limits_of(settings: IngestSettings) -> Limits:
    """The collector's limits, from the settings of the same names."""
    return Limits(**{name: getattr(settings, name) for name in Limits.__dataclass_fields__})


def _keys_of(settings: IngestSettings) -> KeyRing:
    try:
        return KeyRing(_listed(settings.ingest_keys))
    except ValueError as error:
        raise SettingError(f"--ingest-keys: {error}") from None


def _tls_of(settings: IngestSettings) -> TlsFiles | None:
    if settings.tls_certificate is None or settings.tls_private_key is None:
        return None
    return TlsFiles(settings.tls_certificate, settings.tls_private_key, settings.tls_client_ca)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _now() -> datetime:
    return datetime.now(UTC)
