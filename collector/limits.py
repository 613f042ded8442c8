"""The limits of ingest as plain data. Owns the defaults, enforces nothing; every stage is handed a copy."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one collector accepts. Sizes are bytes after decompression unless a name says otherwise.

    The 64 MiB request limit is the one the OTLP specification recommends for servers.
    """

    max_request_bytes: int = 64 * MEBIBYTE
    """A larger request is refused for good: gRPC RESOURCE_EXHAUSTED, HTTP 413."""
    max_spans_per_request: int = 100_000
    """A request with more spans is refused for good: gRPC RESOURCE_EXHAUSTED, HTTP 413."""
    max_attributes_per_span: int = 1024
    """Also for each event, link, scope and resource. A span over it is rejected alone (partial success)."""
    max_attribute_length: int = 128 * 1024
    """Longer strings (characters) and byte values are cut, and named in `spanhouse.truncated_attributes`."""
    max_nesting_depth: int = 24
    """Arrays and maps within attribute values; a deeper request is refused: INVALID_ARGUMENT, HTTP 400."""
    max_in_flight_bytes: int = 128 * MEBIBYTE
    """Requests read but not yet answered. Past it new ones get UNAVAILABLE with RetryInfo, HTTP 503."""
    max_batch_bytes: int = 4 * MEBIBYTE
    """One write takes whatever waits up to this; a single larger request goes alone."""
    max_batch_requests: int = 8192
    """Requests in one write at most."""
    inserts_in_flight: int = 2
    """Writes to the log at the same time."""
    max_bundle_bytes: int = 32 * MEBIBYTE
    """Requests that are unpacked into spans together; senders wait while this much is left to unpack."""
    unpack_threads: int = 2
    """Bundles unpacked at the same time."""
    unpack_pause_seconds: float = 1.0
    """Time between two unpackings, unless half a bundle waits: how soon acknowledged spans can be read."""
    grpc_calls_per_connection: int = 1024
    """gRPC exports of one connection that wait for their answers at the same time; clients queue the rest."""
    ack_timeout_seconds: float = 60.0
    """An export that waited this long for its write gets a retryable error."""
    body_read_timeout_seconds: float = 30.0
    """Time for a client to send one whole request (slow-loris protection)."""
    retry_after_seconds: int = 1
    """The hint in RetryInfo and Retry-After."""
    max_quarantine_bytes: int = 256 * MEBIBYTE
    """Size of the quarantine directory; the oldest files go first."""
