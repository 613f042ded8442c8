"""What gRPC calls are answered with, as header blocks; constants where nothing varies. Pure.

gRPC over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

from __future__ import annotations

import base64
import struct

from collector.http2.frames import header_block
from collector.otlp.answers import RpcCode, status_of
from collector.refusal import Refusal

PREFIX = struct.Struct(">BI")
"""Before each message: whether it is compressed, and its size."""

_STATUS = (b":status", b"200")
_TYPE = (b"content-type", b"application/grpc")

OK_HEAD = header_block([_STATUS, _TYPE])
OK_TRAILERS = header_block([(b"grpc-status", b"0")])


def message(body: bytes) -> bytes:
    """One message, not compressed."""
    return PREFIX.pack(0, len(body)) + body


def refused(refusal: Refusal) -> bytes:
    """The whole answer to a refused call."""
    status = status_of(refusal)
    details = (b"grpc-status-details-bin", _binary(status.SerializeToString()))
    return header_block([_STATUS, _TYPE, *_outcome(status.code, status.message), details])


def unimplemented(text: str, encodings: str) -> bytes:
    """The whole answer to a call that is not served.

    Args:
        text: Why.
        encodings: What `grpc-encoding` may be.
    """
    accepted = (b"grpc-accept-encoding", encodings.encode())
    return header_block([_STATUS, _TYPE, *_outcome(RpcCode.UNIMPLEMENTED, text), accepted])


def not_grpc(http_status: int) -> bytes:
    """The whole answer to something that is no gRPC call."""
    return header_block([(b":status", str(http_status).encode())])


def _outcome(code: int, text: str) -> list[tuple[bytes, bytes]]:
    return [(b"grpc-status", str(code).encode()), (b"grpc-message", _percent_encoded(text))]


def _percent_encoded(text: str) -> bytes:
    return b"".join(
        bytes((byte,)) if 0x20 <= byte <= 0x7E and byte != 0x25 else b"%%%02X" % byte
        for byte in text.encode("utf-8", "replace")
    )


def _binary(value: bytes) -> bytes:
    return base64.b64encode(value).rstrip(b"=")
