from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.otlp.text import TextMender
from tests.collector.builders import request_of, span, trace_request
from tests.collector.corpus import legal_oddities

mender = TextMender()
BAD, GOOD = b"\xff\xfe\xed\xa0\x80", "\ufffd" * 5
PLACE = "#" * len(BAD)


def test_text_becomes_valid_wherever_it_stands() -> None:
    one = span(PLACE, attributes=[], trace_state=PLACE)
    request = request_of(one, span("other"), resource={PLACE: [PLACE, {PLACE: PLACE}, b"\xff\xfe", 1, None]})
    resource_spans = request.resource_spans[0]
    resource_spans.schema_url = PLACE
    resource_spans.scope_spans[0].scope.name = PLACE
    sent = resource_spans.scope_spans[0].spans[0]
    sent.status.message = PLACE
    sent.events.add(name=PLACE)
    sent.links.add(trace_id=b"\xff" * 16, trace_state=PLACE)
    broken = request.SerializeToString().replace(PLACE.encode(), BAD)
    with pytest.raises(DecodeError):
        ExportTraceServiceRequest.FromString(broken)
    mended = str(ExportTraceServiceRequest.FromString(mender.mended(broken)))
    assert mended == str(request).replace(PLACE, GOOD)


def test_valid_requests_stay_as_they_are() -> None:
    for request in (trace_request(3), *legal_oddities().values()):
        mended = ExportTraceServiceRequest.FromString(mender.mended(request))
        assert mended == ExportTraceServiceRequest.FromString(request)


@pytest.mark.parametrize("garbage", [b"\xff", b"\x0a\x05ab", b"\x0a\x02\x12\xff"])
def test_garbage_stays_garbage(garbage: bytes) -> None:
    with pytest.raises(DecodeError):
        mender.mended(garbage)
