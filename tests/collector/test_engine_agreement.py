"""ClickHouse must accept what upb accepts, and keep exactly the spans that the client was told it keeps."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.limits import Limits
from collector.otlp.canonical import canonical
from collector.otlp.check import CheckedRequest, RequestChecker
from storage.client import Database
from storage.errors import UndecodableBlock
from storage.table_log import TableLog
from tests.collector.corpus import legal_oddities
from tests.storing import SettledWriter

# Told apart by ClickHouse only; `collector.poison` writes them again in canonical form.
REFUSED_AT_FIRST = {
    "enum beyond 32 bits",
    "status code beyond 32 bits",
    "dropped count beyond 32 bits",
    "merged value of one attribute",
    "oneof with two members",
    "oneof with all members",
    "merged arrays in one value",
    "array after scalar",
    "bool of 2",
    "bool of all bits",
    "bool of a high bit only",
    "int in ten bytes with bits beyond 64",
}


@pytest.fixture(scope="module")
def checked() -> dict[str, CheckedRequest]:
    checker = RequestChecker(Limits())
    return {name: checker.check(request) for name, request in legal_oddities().items()}


def valid_span_ids(request: bytes) -> set[str]:
    return {
        span.span_id.hex()
        for resource_spans in ExportTraceServiceRequest.FromString(request).resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
        if span.span_id
    }


def stored_span_ids(database: Database) -> list[str]:
    return sorted(
        str(database.execute("SELECT arrayStringConcat(groupArray(SpanId), ' ') FROM otel_traces")).split()
    )


def test_each_oddity_counts_one_accepted_span(checked: dict[str, CheckedRequest]) -> None:
    assert {name: one.accepted_count for name, one in checked.items()} == dict.fromkeys(checked, 1)


def test_the_engine_stores_each_accepted_span_once(
    database: Database, checked: dict[str, CheckedRequest]
) -> None:
    as_checked = [one.request for name, one in checked.items() if name not in REFUSED_AT_FIRST]
    rewritten = [canonical(checked[name].request) for name in REFUSED_AT_FIRST]
    SettledWriter(database).write(as_checked + rewritten)
    expected = set().union(*(valid_span_ids(one.request) for one in checked.values()))
    assert len(expected) == len(checked)
    assert stored_span_ids(database) == sorted(expected)


def test_what_was_acknowledged_in_a_file_is_stored_whatever_the_engine_minds(
    embedded_database: Database, checked: dict[str, CheckedRequest]
) -> None:
    """An acknowledgement comes before ClickHouse has decoded anything there."""
    SettledWriter(embedded_database).write([one.request for one in checked.values()])
    expected = set().union(*(valid_span_ids(one.request) for one in checked.values()))
    assert stored_span_ids(embedded_database) == sorted(expected)
    assert embedded_database.execute("SELECT count() FROM otlp_set_aside") == 0


def test_what_only_the_engine_minds_is_refused_as_undecodable(
    embedded_database: Database, checked: dict[str, CheckedRequest]
) -> None:
    """Otherwise the poison filter, which rewrites such requests, would never see them."""
    writer = SettledWriter(embedded_database, log=TableLog(embedded_database))
    for name in REFUSED_AT_FIRST:
        with pytest.raises(UndecodableBlock):
            writer.write([checked[name].request])
    assert stored_span_ids(embedded_database) == []
