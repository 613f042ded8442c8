"""Every setting, its default and what it means. Read from `SPANHOUSE_…` variables and command line flags.

A class per concern, a class per command. `spanhouse.options` turns the fields into flags, so a field here is
all a new setting needs, besides its line in docs/configuration.md (a test compares).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from spanhouse.limit_settings import LimitSettings
from spanhouse.link_settings import LinkStatusSettings
from spanhouse.logs import LogFormat
from spanhouse.setting_group import SettingGroup

DEFAULT_ZIPKIN_PORT = 9411
GIBIBYTE = 1024**3


def _port(default: int, purpose: str) -> int:
    field: int = Field(default, ge=0, le=65535, description=f"Port for {purpose}; 0 means any free port.")
    return field


class LogSettings(SettingGroup):
    """Log."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages written to stderr."
    )
    log_format: LogFormat = Field(
        "auto", description="How messages are written: text, json, or auto (text on a terminal, else json)."
    )


class ServerStoreSettings(SettingGroup):
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


class RetentionSettings(SettingGroup):
    """Store."""

    retention_days: int = Field(
        14,
        ge=1,
        le=3650,
        description="Days after which spans are deleted; a change takes effect with the next start.",
    )


class HostSettings(SettingGroup):
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


class LookSettings(SettingGroup):
    """Who may look."""

    api_keys: str = Field(
        "",
        description="SHA-256 hashes (64 hex digits) of the keys that open the pages and the API, separated "
        "by commas; none lets everyone look.",
        repr=False,
    )


class QuestionSettings(SettingGroup):
    """Questions."""

    questions_at_once: int = Field(
        0,
        ge=0,
        le=1024,
        description="Questions that work at the same time, others wait their turn; 0: as many as cores. "
        "Slow ones (searches, causes) take half of the places at most. While more spans come in than can "
        "be stored, a place rests four times as long as it worked, five seconds at most.",
    )

    def question_limit(self) -> int:
        """How many questions work at the same time."""
        return self.questions_at_once or os.cpu_count() or 1


class AccessSettings(SettingGroup):
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


class DurabilitySettings(SettingGroup):
    """Durability."""

    fsync: bool = Field(
        False,
        description="Acknowledge only what survives a power cut; docs/measured.md has the cost.",
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


class ServeSettings(
    LogSettings, LinkStatusSettings, QuestionSettings, LookSettings, IngestSettings, StoreSettings, UiSettings
):
    """Everything in one process."""


class WorkerSettings(SettingGroup):
    """Processes."""

    workers: int = Field(1, ge=1, le=256, description="Processes that share the ports; about one per core.")


class CollectorSettings(LogSettings, WorkerSettings, IngestSettings, RequiredServerSettings):
    """Ingest only."""


class QuerySettings(
    LogSettings, LinkStatusSettings, QuestionSettings, LookSettings, RequiredServerSettings, UiSettings
):
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
