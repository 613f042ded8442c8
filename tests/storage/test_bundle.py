from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from storage.bundle import block_of, bundle_id, owner_in, owner_of, request_hash
from tests.storage.requests import requests


def test_numbers_order_by_time_and_name_their_owner() -> None:
    owner = owner_of("collector-1:4317")
    earlier, later = bundle_id(1_795_366_200_000, owner), bundle_id(1_795_366_200_001, 0)
    assert earlier < later < 2**64
    assert owner_in(earlier) == owner
    assert owner != owner_of("collector-2:4317")


def test_a_block_is_the_requests_with_two_fields_more() -> None:
    sent = {request_hash(request): request for request in requests(3)}
    block = b"".join(block_of(sent, bundle_id(1, 2)))
    for digest, request in sent.items():
        size, start = _varint(block)
        message, block = block[start : start + size], block[start + size :]
        assert message.startswith(request)
        assert message.endswith(digest.to_bytes(16, "little"))
        # What a protobuf parser that knows neither field makes of it is the request itself.
        parsed = ExportTraceServiceRequest.FromString(message)
        assert parsed.resource_spans == ExportTraceServiceRequest.FromString(request).resource_spans
    assert block == b""


def _varint(block: bytes) -> tuple[int, int]:
    value = shift = index = 0
    while True:
        byte = block[index]
        value |= (byte & 0x7F) << shift
        index, shift = index + 1, shift + 7
        if byte < 0x80:
            return value, index
