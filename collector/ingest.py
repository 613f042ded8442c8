"""One collector put together: checker, batcher and listeners over one store, started and stopped in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

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
from collector.receivers.otlp_grpc import GrpcReceiver
from collector.receivers.otlp_http import HttpReceiver
from collector.rejection import LastRejection
from collector.store import SpanStore
from collector.tls import TlsFiles


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How one collector listens.

    Attributes:
        quarantine: Directory for requests the store cannot decode.
        host: Address of all listeners.
        otlp_grpc_port: 0 for any free port, as with the others.
        key_hashes: Results of `collector.keys.hash_key`; none lets everyone send.
        allowed_origins: Web origins whose pages may send over HTTP.
        tls: Certificate files for all listeners; plain text without.
    """

    quarantine: Path
    host: str = "127.0.0.1"
    otlp_grpc_port: int = 4317
    otlp_http_port: int = 4318
    limits: Limits = field(default_factory=Limits)
    key_hashes: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    tls: TlsFiles | None = None


class Ingest:
    """The listeners and what stands behind them.

    Args:
        options: Ports, limits, keys.
        store: Where spans go.
        registry: Gets the metrics.
        now: Tells the time with a timezone.
    """

    def __init__(
        self,
        options: IngestOptions,
        store: SpanStore,
        registry: CollectorRegistry,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        limits = options.limits
        metrics = IngestMetrics(registry)
        budget = ByteBudget(limits.max_in_flight_bytes)
        quarantine = Quarantine(options.quarantine, limits.max_quarantine_bytes, now)
        keys = KeyRing(options.key_hashes)
        self.last_rejection = LastRejection(now)
        """Why the last request or span was refused, for the UI."""
        self._batcher = Batcher(store, PoisonFilter(store, quarantine, metrics), limits, budget, metrics)
        pipeline = Pipeline(RequestChecker(limits), self._batcher, metrics, self.last_rejection, limits)
        self.grpc = GrpcReceiver(
            options.host, options.otlp_grpc_port, pipeline, limits, budget, keys, options.tls
        )
        cors = CorsPolicy(options.allowed_origins)
        self.http = HttpReceiver(
            options.host, options.otlp_http_port, pipeline, limits, budget, keys, cors, options.tls
        )

    def start(self) -> None:
        """Start the writers, then the listeners; `grpc.port` and `http.port` tell where.

        Raises:
            OSError: A port cannot be bound or a certificate file cannot be read. What had started is stopped.
        """
        self._batcher.start()
        try:
            for receiver in (self.grpc, self.http):
                receiver.start()
        except OSError:
            self.stop(0)
            raise

    def stop(self, drain_seconds: float) -> bool:
        """Refuse new requests, store what is in flight, answer, close.

        Args:
            drain_seconds: For storing and answering together.

        Returns:
            Whether everything in flight was answered by the store in time.
        """
        deadline = time.monotonic() + drain_seconds
        drained = self._batcher.stop(drain_seconds)
        for receiver in (self.grpc, self.http):
            receiver.stop(max(0.0, deadline - time.monotonic()))
        return drained
