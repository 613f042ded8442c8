from __future__ import annotations

from storage.client import Database
from storage.traces import TraceStore
from tests.storage.requests import request, span
from tests.storing import SettledWriter

TRACE_ID = bytes(range(16))
READ = {
    *("SpanId", "ParentSpanId", "ServiceName", "SpanName", "SpanKind", "Timestamp", "Duration", "ReceivedAt"),
    *("StatusCode", "StatusMessage", "TraceState", "Flags", "SpanAttributes", "SpanAttributeTypes"),
    *("ResourceHash", "ResourceAttributes", "ResourceAttributeTypes"),
    *("ScopeName", "ScopeVersion", "ScopeAttributes", "ScopeAttributeTypes"),
    *("Events.Timestamp", "Events.Name", "Events.Attributes", "EventAttributeTypes"),
    *("Links.TraceId", "Links.SpanId", "Links.TraceState", "Links.Attributes", "LinkAttributeTypes"),
}


def test_a_trace_comes_with_the_columns_that_are_read_and_no_others(database: Database) -> None:
    SettledWriter(database).write([request([span(trace_id=TRACE_ID)]).SerializeToString()])

    found = TraceStore(database).spans(TRACE_ID.hex())

    assert found is not None
    # The query names what to leave out: a column that a migration adds has to be left out there, or read.
    assert set(found.columns) == READ


def test_an_unknown_trace_is_none(database: Database) -> None:
    assert TraceStore(database).spans("ab" * 16) is None
