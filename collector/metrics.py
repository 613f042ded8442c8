"""What ingest tells Prometheus about itself. Label values come from closed sets of ours, never from spans."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from collector.refusal import Reason


class Transport(StrEnum):
    """How a request came in."""

    OTLP_GRPC = "otlp_grpc"
    OTLP_HTTP = "otlp_http"
    ZIPKIN = "zipkin"


_INSERT_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class IngestMetrics:
    """The metrics of one collector, registered in the registry passed in.

    Args:
        registry: Explicit, so that two collectors in one process (tests) do not meet.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests_accepted = Counter(
            "spanhouse_ingest_requests_accepted",
            "Requests acknowledged after they were logged",
            ["transport"],
            registry=registry,
        )
        self.spans_accepted = Counter(
            "spanhouse_ingest_spans_accepted",
            "Spans acknowledged after they were logged",
            ["transport"],
            registry=registry,
        )
        self.bytes_accepted = Counter(
            "spanhouse_ingest_accepted_bytes",
            "Bytes of acknowledged requests after decompression",
            ["transport"],
            registry=registry,
        )
        self.requests_rejected = Counter(
            "spanhouse_ingest_requests_rejected",
            "Requests refused as a whole",
            ["transport", "reason"],
            registry=registry,
        )
        self.spans_rejected = Counter(
            "spanhouse_ingest_spans_rejected",
            "Spans refused within accepted requests (partial success)",
            ["transport", "reason"],
            registry=registry,
        )
        self.requests_joined = Counter(
            "spanhouse_ingest_requests_joined",
            "Repeated requests that shared the result of the first because it was still on its way",
            registry=registry,
        )
        self.insert_seconds = Histogram(
            "spanhouse_ingest_insert_seconds",
            "Time of one write of a group of requests to the store's log",
            buckets=_INSERT_BUCKETS_SECONDS,
            registry=registry,
        )
        self.insert_failures = Counter(
            "spanhouse_ingest_insert_failures", "Writes that raised", ["error"], registry=registry
        )
        self.queue_bytes = Gauge(
            "spanhouse_ingest_queue_bytes", "Bytes of requests read but not yet answered", registry=registry
        )
        self.quarantined = Counter(
            "spanhouse_ingest_quarantined_requests",
            "Requests the store could not decode, kept in the quarantine directory",
            registry=registry,
        )
        self.last_error_time = Gauge(
            "spanhouse_ingest_last_error_timestamp_seconds",
            "When a write last failed, Unix time; 0 for never",
            registry=registry,
        )
        counters = (self.requests_accepted, self.spans_accepted, self.bytes_accepted)
        # Looked up once: finding a counter by its label costs more than counting.
        self._accepted = {
            transport: tuple(counter.labels(transport) for counter in counters) for transport in Transport
        }
        for transport in Transport:
            for reason in Reason:
                self.requests_rejected.labels(transport, reason)

    def accepted(self, transport: Transport, span_count: int, size_bytes: int) -> None:
        """Counts an acknowledged request."""
        for counter, amount in zip(self._accepted[transport], (1, span_count, size_bytes), strict=True):
            counter.inc(amount)


class UnpackingMetrics:
    """What unpacking tells: a `storage.unpacking.UnpackingWatcher`."""

    def __init__(self, registry: CollectorRegistry, waiting_bytes: Callable[[], float]) -> None:
        Gauge(
            "spanhouse_unpack_waiting_bytes",
            "Bytes of requests whose spans cannot be read yet, acknowledged or about to be",
            registry=registry,
        ).set_function(waiting_bytes)
        self._seconds = Histogram(
            "spanhouse_unpack_seconds",
            "Time to turn one bundle of acknowledged requests into spans that can be read",
            buckets=_INSERT_BUCKETS_SECONDS,
            registry=registry,
        )
        self._failures = Counter(
            "spanhouse_unpack_failures",
            "Bundles that could not be unpacked; they stay in the log and are tried again",
            registry=registry,
        )

    def unpacked(self, seconds: float) -> None:
        """Counts a bundle."""
        self._seconds.observe(seconds)

    def unpacking_failed(self, error: Exception) -> None:
        """Counts a failure; the log says which."""
        self._failures.inc()
