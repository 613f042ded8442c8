from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from storage.bundle import block_of, bundle_id, logged_in, owner_in, owner_of, request_hash
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


_REQUESTS = st.lists(st.binary(max_size=300) | st.binary(min_size=20_000, max_size=20_001), unique=True)


@given(_REQUESTS, st.integers(0, 2**64 - 1), st.data())
def test_what_is_left_of_a_block_is_its_first_whole_requests(
    sent: list[bytes], bundle: int, data: st.DataObject
) -> None:
    by_hash = {request_hash(request): request for request in sent}
    block = b"".join(block_of(by_hash, bundle))
    read = list(logged_in(block))
    assert [(logged.digest, logged.request) for logged in read] == list(by_hash.items())
    assert [0, *(logged.end for logged in read)][-1] == len(block)
    cut = data.draw(st.integers(0, len(block)))
    assert list(logged_in(block[:cut])) == [logged for logged in read if logged.end <= cut]
    if block:
        damaged = data.draw(st.integers(0, len(block) - 1))
        changed = block[:damaged] + bytes((block[damaged] ^ 1 << data.draw(st.integers(0, 7)),))
        whole = list(logged_in(changed + block[damaged + 1 :]))
        before = [logged for logged in read if logged.end <= damaged]
        # Which bundle it was written for is not part of what is protected, nor needed.
        assert whole[: len(before)] == before
        assert {logged.digest for logged in whole} <= by_hash.keys()


def _varint(block: bytes) -> tuple[int, int]:
    value = shift = index = 0
    while True:
        byte = block[index]
        value |= (byte & 0x7F) << shift
        index, shift = index + 1, shift + 7
        if byte < 0x80:
            return value, index
