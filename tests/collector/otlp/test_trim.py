from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.limits import Limits
from collector.otlp.check import RequestChecker
from collector.otlp.trim import TRUNCATED_ATTRIBUTES
from collector.refusal import Invalid, Reason
from tests.collector.builders import attributes, request_of, span

checker = RequestChecker(Limits(max_attributes_per_span=10, max_attribute_length=100))


def test_long_values_are_cut_and_named() -> None:
    one = span(
        attributes=attributes({"long": "ä" * 101, "fits": "ä" * 100, "raw": bytes(101), "in": ["x" * 101]})
    )
    one.events.add(name="e").attributes.extend(attributes({"stack": "y" * 500}))
    request = request_of(one, resource={"service.name": "s" * 300}).SerializeToString()
    checked = checker.check(request)
    assert (checked.span_count, checked.rejected) == (1, {})
    resource_spans = ExportTraceServiceRequest.FromString(checked.request).resource_spans[0]
    stored = resource_spans.scope_spans[0].spans[0]
    assert stored.span_id == one.span_id
    values = {item.key: item.value for item in stored.attributes}
    assert values["long"].string_value == "ä" * 100
    assert values["fits"].string_value == "ä" * 100
    assert values["raw"].bytes_value == bytes(100)
    assert values["in"].array_value.values[0].string_value == "x" * 100
    assert [item.string_value for item in values[TRUNCATED_ATTRIBUTES].array_value.values] == [
        "long",
        "raw",
        "in",
    ]
    assert stored.events[0].attributes[0].value.string_value == "y" * 100
    assert stored.events[0].attributes[1].key == TRUNCATED_ATTRIBUTES
    assert resource_spans.resource.attributes[1].key == TRUNCATED_ATTRIBUTES


def test_a_span_with_too_many_attributes_is_rejected_alone() -> None:
    many = attributes({str(number): number for number in range(11)})
    with_event = span("event")
    with_event.events.add().attributes.extend(many)
    request = request_of(span("many", attributes=many), span("good"), with_event, span(trace_id=b""))
    checked = checker.check(request.SerializeToString())
    assert checked.span_count == 4
    assert checked.rejected == {Reason.TOO_MANY_ATTRIBUTES: 2, Reason.INVALID_IDS: 1}
    assert checked.accepted_count == 1
    assert "more than 10 attributes" in checked.message
    left = ExportTraceServiceRequest.FromString(checked.request).resource_spans[0].scope_spans[0].spans
    assert [one.name for one in left] == ["good", "work"]


def test_a_resource_with_too_many_attributes_is_invalid() -> None:
    resource = {str(number): "v" * 20 for number in range(11)}
    with pytest.raises(Invalid) as caught:
        checker.check(request_of(span(), resource=resource).SerializeToString())
    assert caught.value.field == "resource_spans.resource.attributes"


def test_requests_below_the_limits_are_not_rewritten() -> None:
    request = request_of(
        *(span(attributes=attributes({"k": "v" * 90})) for _ in range(50))
    ).SerializeToString()
    assert checker.check(request).request is request
