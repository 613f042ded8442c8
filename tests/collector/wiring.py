"""A collector put together for tests, on free ports of the loopback address.

`spanhouse.ingest` does this for users, from settings; tests below it need to choose store and limits freely.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from collector.receivers.http_server import HttpServer
from collector.receivers.otlp_grpc import GrpcReceiver
from collector.receivers.otlp_http import OtlpHttpApp
from collector.receivers.zipkin import ZipkinApp
from collector.rejection import LastRejection
from collector.store import SpanStore
from collector.tls import TlsFiles


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What tests vary."""

    quarantine: Path
    limits: Limits = field(default_factory=Limits)
    key_hashes: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    tls: TlsFiles | None = None


class Ingest:
    """All listeners over one store."""

    def __init__(self, options: IngestOptions, store: SpanStore, registry: CollectorRegistry) -> None:
        limits, keys, tls = options.limits, KeyRing(options.key_hashes), options.tls
        metrics = IngestMetrics(registry)
        self.budget = ByteBudget(limits.max_in_flight_bytes)
        quarantine = Quarantine(options.quarantine, limits.max_quarantine_bytes, now)
        self.batcher = Batcher(store, PoisonFilter(store, quarantine, metrics), limits, self.budget, metrics)
        self.last_rejection = LastRejection(now)
        pipeline = Pipeline(RequestChecker(limits), self.batcher, metrics, self.last_rejection, limits)
        cors = CorsPolicy(options.allowed_origins)
        self.grpc = GrpcReceiver("127.0.0.1", 0, pipeline, limits, self.budget, keys, tls)
        otlp = OtlpHttpApp(pipeline, limits, self.budget, keys, cors)
        self.http = HttpServer(otlp, "127.0.0.1", 0, tls)
        zipkin = ZipkinApp(pipeline, limits, self.budget, keys, cors)
        self.zipkin = HttpServer(zipkin, "127.0.0.1", 0, tls)

    def start(self) -> None:
        self.batcher.start()
        for receiver in (self.grpc, self.http, self.zipkin):
            receiver.start()

    def stop(self, drain_seconds: float) -> None:
        # At the same time: uvicorn looks for its end every 100 ms only.
        with ThreadPoolExecutor(3) as pool:
            for receiver in (self.grpc, self.http, self.zipkin):
                pool.submit(receiver.stop, drain_seconds)
        self.batcher.stop(drain_seconds)


def now() -> datetime:
    return datetime.now(UTC)
