"""The bodies of OTLP answers in both encodings. Pure; constants where nothing varies."""

from __future__ import annotations

from enum import Enum

import orjson
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped] # no stubs
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # no stubs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from collector.otlp.check import CheckedRequest
from collector.refusal import Invalid, Reason, Refusal, TooLarge, Unauthenticated, Unavailable

MAX_MESSAGE_LENGTH = 2000
"""Messages are cut here, far below the 4 MiB the specification allows an answer to have."""


class Encoding(Enum):
    """How a message is written; the value is the media type."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


class RpcCode:
    """The numbers of google.rpc.Code that ingest answers with; HTTP bodies carry them too."""

    INVALID_ARGUMENT = 3
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


_FULL_SUCCESS = {Encoding.PROTOBUF: b"", Encoding.JSON: b"{}"}


def trace_answer(checked: CheckedRequest, encoding: Encoding = Encoding.PROTOBUF) -> bytes:
    """ExportTraceServiceResponse; `partial_success` stays unset unless spans were rejected."""
    if not checked.rejected:
        return _FULL_SUCCESS[encoding]
    message = checked.message[:MAX_MESSAGE_LENGTH]
    if encoding is Encoding.JSON:
        rejected = {"rejectedSpans": str(checked.rejected_count), "errorMessage": message}
        return orjson.dumps({"partialSuccess": rejected})
    return ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(
            rejected_spans=checked.rejected_count, error_message=message
        )
    ).SerializeToString()


def not_stored_answer(signal: str, encoding: Encoding = Encoding.PROTOBUF) -> bytes:
    """The answer to metrics and logs: success with a warning, which by OTLP has 0 rejected and a message.

    The responses of all signals have the same shape on the wire, so the trace one serves here.
    """
    message = f"Spanhouse stores traces only; these {signal} were received and dropped"
    if encoding is Encoding.JSON:
        return orjson.dumps({"partialSuccess": {"errorMessage": message}})
    return ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(error_message=message)
    ).SerializeToString()


def rpc_code(refusal: Refusal) -> int:
    """The google.rpc.Code of a refusal."""
    match refusal:
        case Invalid():
            return RpcCode.INVALID_ARGUMENT
        case TooLarge():
            return RpcCode.RESOURCE_EXHAUSTED
        case Unavailable():
            return RpcCode.UNAVAILABLE
        case Unauthenticated():
            return RpcCode.UNAUTHENTICATED
        case _ if refusal.reason is Reason.UNSUPPORTED:
            return RpcCode.INVALID_ARGUMENT
        case _:
            return RpcCode.INTERNAL


def status_of(refusal: Refusal) -> Status:
    """google.rpc.Status with BadRequest for invalid requests and RetryInfo for retryable refusals."""
    status = Status(code=rpc_code(refusal), message=refusal.message[:MAX_MESSAGE_LENGTH])
    if isinstance(refusal, Invalid):
        violation = BadRequest.FieldViolation(field=refusal.field, description=status.message)
        _pack(status, BadRequest(field_violations=[violation]))
    elif isinstance(refusal, Unavailable):
        _pack(status, RetryInfo(retry_delay=Duration(seconds=refusal.retry_after_seconds)))
    return status


def encode_status(status: Status, encoding: Encoding) -> bytes:
    """A failed HTTP request's body: google.rpc.Status in the request's encoding."""
    if encoding is Encoding.PROTOBUF:
        return bytes(status.SerializeToString())
    return json_format.MessageToJson(status, indent=None).encode()


def _pack(status: Status, detail: BadRequest | RetryInfo) -> None:
    packed = Any()
    packed.Pack(detail)
    status.details.append(packed)
