"""Why an export is refused, free of any protocol. Receivers map each class to gRPC and HTTP codes once."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The closed set of reasons; also the only values of the `reason` label in metrics."""

    UNDECODABLE = "undecodable"
    INVALID_IDS = "invalid_ids"
    TOO_MANY_ATTRIBUTES = "too_many_attributes"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    TOO_MANY_SPANS = "too_many_spans"
    POISON = "poison"
    UNSUPPORTED = "unsupported"
    UNAUTHENTICATED = "unauthenticated"
    TIMED_OUT = "timed_out"
    OVERLOADED = "overloaded"
    STORE_UNAVAILABLE = "store_unavailable"
    STOPPING = "stopping"
    INTERNAL = "internal"


class Refusal(Exception):
    """Base: an export is not stored.

    Attributes:
        reason: For metrics and the last-rejection record.
        message: For the developer at the other end; plain text, never span contents beyond a clipped `repr`.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Invalid(Refusal):
    """The bytes can never be stored. INVALID_ARGUMENT with BadRequest; HTTP 400.

    Attributes:
        field: The path of the offending field when known, for BadRequest.
    """

    def __init__(self, reason: Reason, message: str, field: str = "") -> None:
        super().__init__(reason, message)
        self.field = field


class TooLarge(Refusal):
    """Over a size limit: sending it again cannot help. RESOURCE_EXHAUSTED without RetryInfo; HTTP 413."""


class Unauthenticated(Refusal):
    """No key or a wrong one. UNAUTHENTICATED; HTTP 401."""


class Unavailable(Refusal):
    """Not now. UNAVAILABLE with RetryInfo; HTTP 503 with Retry-After.

    Attributes:
        retry_after_seconds: When to try again.
    """

    def __init__(self, reason: Reason, message: str, retry_after_seconds: int) -> None:
        super().__init__(reason, message)
        self.retry_after_seconds = retry_after_seconds


class Internal(Refusal):
    """A defect of ours. gRPC INTERNAL, HTTP 500: not retryable by the specification, and visible."""
