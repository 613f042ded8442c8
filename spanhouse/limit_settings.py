"""The limits of ingest as settings; their defaults are the collector's own."""

from __future__ import annotations

from pydantic import Field

from collector.limits import Limits
from spanhouse.setting_group import SettingGroup

_LIMITS = Limits()


class LimitSettings(SettingGroup):
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
    max_batch_bytes: int = Field(_LIMITS.max_batch_bytes, ge=1, description="Most bytes in one write.")
    max_batch_requests: int = Field(
        _LIMITS.max_batch_requests, ge=1, description="Most requests in one write."
    )
    inserts_in_flight: int = Field(
        _LIMITS.inserts_in_flight, ge=1, le=64, description="Writes to the log at the same time."
    )
    max_bundle_bytes: int = Field(
        _LIMITS.max_bundle_bytes, ge=1, description="Most bytes of requests unpacked into spans at a time."
    )
    unpack_threads: int = Field(
        _LIMITS.unpack_threads, ge=1, le=64, description="Bundles unpacked into spans at the same time."
    )
    unpack_pause_seconds: float = Field(
        _LIMITS.unpack_pause_seconds,
        ge=0,
        le=60,
        description="Time between two unpackings under light load: how soon acknowledged spans can be read.",
    )
    grpc_calls_per_connection: int = Field(
        _LIMITS.grpc_calls_per_connection,
        ge=1,
        le=65536,
        description="gRPC exports of one connection that wait for their answers at the same time.",
    )
    ack_timeout_seconds: float = Field(
        _LIMITS.ack_timeout_seconds,
        gt=0,
        description="Longest wait of an export for its write; after it the sender is told to try again.",
    )
    body_read_timeout_seconds: float = Field(
        _LIMITS.body_read_timeout_seconds,
        gt=0,
        description="Time for a client to send one whole request.",
    )
    retry_after_seconds: int = Field(
        _LIMITS.retry_after_seconds, ge=1, description="When senders that were turned away should come back."
    )
    max_quarantine_bytes: int = Field(
        _LIMITS.max_quarantine_bytes, ge=0, description="Size of the quarantine; the oldest files go first."
    )

    def limits(self) -> Limits:
        """The same as the collector takes them."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})
