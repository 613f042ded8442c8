"""Every setting, its default and what it means. Read from `SPANHOUSE_…` variables and command line flags.

A class per concern, a class per command. `spanhouse.options` turns the fields into flags, so a field here is
all a new setting needs, besides its line in docs/configuration.md (a test compares).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from collector.limits import Limits
from spanhouse.logs import LogFormat

ENV_PREFIX = "SPANHOUSE_"
DEFAULT_ZIPKIN_PORT = 9411
GIBIBYTE = 1024**3
_LIMITS = Limits()


class SettingError(Exception):
    """A setting's value cannot be used; the message names its flag and never repeats a secret."""


def _port(default: int, purpose: str) -> int:
    field: int = Field(default, ge=0, le=65535, description=f"Port for {purpose}; 0 means any free port.")
    return field


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    @field_validator("*", mode="after")
    @classmethod
    def _absolute(cls, value: object) -> object:
        # The embedded engine moves the process into its directory; paths mean what they meant before that.
        return value.absolute() if isinstance(value, Path) else value


class LogSettings(_Settings):
    """Log."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages written to stderr."
    )
    log_format: LogFormat = Field(
        "auto", description="How messages are written: text, json, or auto (text on a terminal, else json)."
    )


class ServerStoreSettings(_Settings):
    """Store."""

    clickhouse: str | None = Field(
        None,
        description="ClickHouse server to store in: http://user:password@host:8123/database.",
        repr=False,
    )
    cluster: str | None = Field(
        None, description="Cluster of that server to shard over, by its name in system.clusters."
    )
    replicated: bool = Field(
        False, description="Create replicated tables; the ClickHouse server needs a keeper for that."
    )


class RequiredServerSettings(ServerStoreSettings):
    """Store."""

    @model_validator(mode="after")
    def _needs_a_server(self) -> Self:
        if not self.clickhouse:
            raise ValueError(
                "--clickhouse URL is needed here: the embedded engine allows one process (`spanhouse serve`)"
            )
        return self


class StoreSettings(ServerStoreSettings):
    """Store."""

    data: Path | None = Field(
        None,
        description="Directory of the embedded ClickHouse, unless --clickhouse is given. "
        "Default: ./data; for the demo a temporary one.",
    )


class RetentionSettings(_Settings):
    """Store."""

    retention_days: int = Field(
        14,
        ge=1,
        le=3650,
        description="Days after which spans are deleted; a change takes effect with the next start.",
    )


class HostSettings(_Settings):
    """Listeners."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 means every network.")


class UiSettings(HostSettings):
    """Listeners."""

    port: int = _port(16686, "the pages and the JSON API")


class OtlpSettings(HostSettings):
    """Listeners."""

    otlp_grpc_port: int = _port(4317, "OTLP over gRPC")
    otlp_http_port: int = _port(4318, "OTLP over HTTP")
    zipkin_port: int = _port(DEFAULT_ZIPKIN_PORT, "Zipkin v2 JSON")


class LookSettings(_Settings):
    """Who may look."""

    api_keys: str = Field(
        "",
        description="SHA-256 hashes (64 hex digits) of the keys that open the pages and the API, separated "
        "by commas; none lets everyone look.",
        repr=False,
    )


class AccessSettings(_Settings):
    """Who may send."""

    ingest_keys: str = Field(
        "",
        description="SHA-256 hashes (64 hex digits) of the keys that may send spans, separated by commas; "
        "none lets everyone send.",
        repr=False,
    )
    cors_origins: str = Field(
        "", description="Web origins whose pages may send spans, separated by commas; * means all."
    )
    tls_certificate: Path | None = Field(
        None, description="PEM file of the OTLP listeners' certificate, with its chain; plain text without."
    )
    tls_private_key: Path | None = Field(None, description="PEM file of that certificate's key.")
    tls_client_ca: Path | None = Field(
        None, description="PEM file of the authority that clients' certificates must be signed by."
    )

    @model_validator(mode="after")
    def _certificate_needs_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_private_key is None):
            raise ValueError("--tls-certificate and --tls-private-key go together")
        if self.tls_client_ca and not self.tls_certificate:
            raise ValueError("--tls-client-ca needs --tls-certificate")
        return self


class LimitSettings(_Settings):
    """Limits of ingest."""

    max_request_bytes: int = Field(
        _LIMITS.max_request_bytes,
        ge=1024,
        description="Largest request after decompression; a larger one is refused for good.",
    )
    max_spans_per_request: int = Field(
        _LIMITS.max_spans_per_request,
        ge=1,
        description="Most spans in one request; more are refused for good.",
    )
    max_attributes_per_span: int = Field(
        _LIMITS.max_attributes_per_span,
        ge=1,
        description="Most attributes of a span, event, link, scope or resource; a span over it is rejected.",
    )
    max_attribute_length: int = Field(
        _LIMITS.max_attribute_length,
        ge=64,
        description="Longest string or bytes of an attribute; the rest is cut off and the cut marked.",
    )
    max_nesting_depth: int = Field(
        _LIMITS.max_nesting_depth,
        ge=1,
        le=64,
        description="Deepest nesting of arrays and maps in an attribute; a deeper request is refused.",
    )
    max_in_flight_bytes: int = Field(
        _LIMITS.max_in_flight_bytes,
        ge=1024,
        description="Most bytes read but not yet stored; past it senders are told to come back later.",
    )
    max_batch_bytes: int = Field(_LIMITS.max_batch_bytes, ge=1, description="Most bytes in one INSERT.")
    max_batch_requests: int = Field(
        _LIMITS.max_batch_requests, ge=1, description="Most requests in one INSERT."
    )
    inserts_in_flight: int = Field(
        _LIMITS.inserts_in_flight, ge=1, le=64, description="INSERTs running at the same time."
    )
    grpc_threads: int = Field(
        _LIMITS.grpc_threads,
        ge=1,
        le=4096,
        description="gRPC exports waiting for their INSERT at the same time.",
    )
    grpc_receiving: int = Field(
        _LIMITS.grpc_receiving, ge=1, le=1024, description="gRPC messages being received at the same time."
    )
    ack_timeout_seconds: float = Field(
        _LIMITS.ack_timeout_seconds,
        gt=0,
        description="Longest wait of an export for its INSERT; after it the sender is told to try again.",
    )
    body_read_timeout_seconds: float = Field(
        _LIMITS.body_read_timeout_seconds,
        gt=0,
        description="Time for a client to send one whole HTTP request.",
    )
    retry_after_seconds: int = Field(
        _LIMITS.retry_after_seconds, ge=1, description="When senders that were turned away should come back."
    )
    max_quarantine_bytes: int = Field(
        _LIMITS.max_quarantine_bytes, ge=0, description="Size of the quarantine; the oldest files go first."
    )


class DurabilitySettings(_Settings):
    """Durability."""

    fsync: bool = Field(
        False,
        description="Acknowledge only what survives a power cut; docs/operations.md has the cost.",
    )
    min_free_bytes: int = Field(
        GIBIBYTE,
        ge=0,
        description="Free space to leave on the store's disks: below it senders are told to come back later, "
        "reading goes on. 0 fills the disk.",
    )
    quarantine: Path | None = Field(
        None,
        description="Directory for requests that ClickHouse cannot decode. "
        "Default: in the data directory; with --clickhouse ./quarantine.",
    )


# Fields of the last base come first in `--help`.
class IngestSettings(LimitSettings, DurabilitySettings, AccessSettings, RetentionSettings, OtlpSettings):
    """What every process that takes spans in has."""


class ServeSettings(LogSettings, LookSettings, IngestSettings, StoreSettings, UiSettings):
    """Everything in one process."""


class CollectorSettings(LogSettings, IngestSettings, RequiredServerSettings):
    """Ingest only."""


class QuerySettings(LogSettings, LookSettings, RequiredServerSettings, UiSettings):
    """API and pages only."""


class DemoSettings(ServeSettings):
    """Demo."""

    rate: float = Field(6.0, gt=0, le=1000, description="Visits to the shop per second.")
    seed: int = Field(7, description="The same seed gives the same shoppers, times and failures.")
    slow_after: float = Field(20.0, ge=0, description="Seconds until one link turns slow; inf for never.")
    fail_after: float = Field(
        60.0, ge=0, description="Seconds until another link starts failing; inf for never."
    )
    open_browser: bool = Field(True, description="Open the map in a browser where there is a screen.")


class MigrateSettings(LogSettings, RetentionSettings, StoreSettings):
    """Schema only."""

    dry_run: bool = Field(False, description="Print the statements that would run, and run none.")
