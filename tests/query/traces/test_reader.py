from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from query.model.trace import Trace
from query.traces.reader import TraceReader
from storage.client import Database
from storage.traces import TraceStore
from tests.query.traces.values import as_json, values
from tests.storage.requests import START_NS, attributes, request, span
from tests.storing import SettledWriter

MS = 1_000_000
TRACE_ID = bytes(range(16))


def now_ns() -> int:
    return START_NS + 3600 * 1000 * MS


@pytest.fixture
def reader(database: Database) -> TraceReader:
    return TraceReader(TraceStore(database), now_ns)


@pytest.fixture
def write(database: Database) -> Callable[..., None]:
    writer = SettledWriter(database)

    def store(spans: Sequence[Span], service: str = "shop", **resource: Any) -> None:
        writer.write([request(list(spans), service=service, resource=resource).SerializeToString()])

    return store


def made(
    name: str,
    parent: str = "",
    start_ms: int = 0,
    end_ms: int = 10,
    kind: Span.SpanKind.ValueType = Span.SPAN_KIND_INTERNAL,
    **fields: Any,
) -> Span:
    return span(
        trace_id=TRACE_ID,
        span_id=name.encode().rjust(8, b"-"),
        parent_span_id=parent.encode().rjust(8, b"-") if parent else b"",
        name=name,
        kind=kind,
        start_time_unix_nano=START_NS + start_ms * MS,
        end_time_unix_nano=START_NS + end_ms * MS,
        **fields,
    )


def got(reader: TraceReader) -> Trace:
    trace = reader.get(TRACE_ID.hex())
    assert trace is not None
    return trace


def test_a_call_between_services_with_skewed_clocks(reader: TraceReader, write: Callable[..., None]) -> None:
    write([made("answer", "call", 5020, 5080, Span.SPAN_KIND_SERVER)], service="bank")
    write(
        [
            made("root", "", 0, 200, Span.SPAN_KIND_SERVER),
            made("call", "root", 50, 150, Span.SPAN_KIND_CLIENT, attributes={"http.request.method": "GET"}),
        ]
    )
    trace = got(reader)
    assert [span.name for span in trace.spans] == ["root", "call", "answer"]
    assert [span.depth for span in trace.spans] == [0, 1, 2]
    assert [span.self_ms for span in trace.spans] == [100.0, 40.0, 60.0]
    assert [span.critical_ms for span in trace.spans] == [100.0, 40.0, 60.0]
    answer = trace.spans[2]
    assert answer.skew_ms == -4950.0
    assert answer.start_time_unix_nano == str(START_NS + 5020 * MS)
    assert answer.warnings == ["clock skew: moved by -4950.000 ms to fit into its caller"]
    assert trace.warnings == ["clock skew: 1 span moved for display; start times are as sent"]
    assert trace.duration_ms == 200.0
    [from_user, hop] = trace.hops
    assert (from_user.caller, from_user.callee, from_user.server_ms) == ("user", "shop", 200.0)
    assert (hop.caller, hop.callee, hop.kind) == ("shop", "bank", "http")
    assert (hop.client_ms, hop.server_ms, hop.gap_ms) == (100.0, 60.0, 40.0)
    assert (hop.request_gap_ms, hop.response_gap_ms, hop.critical_ms) == (20.0, 20.0, 100.0)


def test_late_parents_are_roots_until_they_arrive(reader: TraceReader, write: Callable[..., None]) -> None:
    write([made("b", "late", 2, 3), made("c", "late", 1, 2)])
    trace = got(reader)
    assert trace.warnings == ["2 spans name a parent that has not arrived"]
    assert [(span.name, span.depth) for span in trace.spans] == [("c", 0), ("b", 0)]
    assert "has not arrived" in trace.spans[0].warnings[0]
    write([made("late", "", 0, 9)])
    trace = got(reader)
    assert trace.warnings == []
    assert [(span.name, span.depth) for span in trace.spans] == [("late", 0), ("c", 1), ("b", 1)]


def test_copies_count_once_and_the_longest_of_different_contents_is_kept(
    reader: TraceReader, write: Callable[..., None]
) -> None:
    write([made("a", "", 0, 10), made("b", "a", 1, 2)])
    write([made("b", "a", 1, 2), made("a", "", 0, 7)])
    write([made("b", "a", 1, 2)], padding="makes the request another one")
    trace = got(reader)
    # The last copy of b has another resource: other content of the same length.
    assert [(span.name, span.duration_ms) for span in trace.spans] == [("a", 10.0), ("b", 1.0)]
    assert [len(span.warnings) for span in trace.spans] == [1, 1]
    assert trace.warnings == ["2 span ids came with different contents"]


def test_status_events_links_scope_and_state(reader: TraceReader, write: Callable[..., None]) -> None:
    event = Span.Event(
        time_unix_nano=START_NS + 5, name="exception", attributes=attributes({"n": 1, "m": [1]})
    )
    link = Span.Link(
        trace_id=b"\xaa" * 16, span_id=b"\xbb" * 8, trace_state="k=v", attributes=attributes({"why": True})
    )
    write(
        [
            made(
                "a",
                status=Status(code=Status.STATUS_CODE_ERROR, message="boom"),
                events=[event, Span.Event(time_unix_nano=1, name="bare")],
                links=[link],
                trace_state="ot=th:8",
                flags=0x101,
            ),
            made("b", "a", status=Status(code=Status.STATUS_CODE_OK)),
        ]
    )
    trace = got(reader)
    first, second = trace.spans
    assert (first.status, first.status_message, second.status) == ("error", "boom", "ok")
    assert trace.error_count == 1
    assert [(one.time_unix_nano, one.name, one.attributes) for one in first.events] == [
        (str(START_NS + 5), "exception", {"n": 1, "m": [1]}),
        ("1", "bare", {}),
    ]
    [seen] = first.links
    assert (seen.trace_id, seen.span_id, seen.trace_state) == ("aa" * 16, "bb" * 8, "k=v")
    assert seen.attributes == {"why": True}
    assert (first.scope.name, first.scope.version) == ("tests", "1")
    assert (first.trace_state, first.flags) == ("ot=th:8", 0x101)
    assert second.events == [] and second.links == []


def test_rows_of_the_stock_exporter_are_read(database: Database, reader: TraceReader) -> None:
    row = {
        "Timestamp": datetime.fromtimestamp(START_NS // 10**9, UTC),
        "TraceId": TRACE_ID.hex(),
        "SpanId": "a" * 16,
        "SpanKind": "SPAN_KIND_SERVER",
        "ServiceName": "shop",
        "SpanAttributes": {"a": "1"},
        "StatusCode": "STATUS_CODE_ERROR",
        "Events.Timestamp": [datetime.fromtimestamp(START_NS // 10**9, UTC)],
        "Events.Name": ["log"],
        "Events.Attributes": [{"b": "true"}],
    }
    database.insert_rows("otel_traces", [list(row.values())], list(row))
    [only] = got(reader).spans
    assert (only.kind, only.status, only.attributes) == ("server", "error", {"a": "1"})
    assert only.events[0].attributes == {"b": "true"}


def test_bytes_that_are_no_text_do_not_break_the_trace(database: Database, reader: TraceReader) -> None:
    database.execute(
        "INSERT INTO otel_traces (Timestamp, TraceId, SpanId, SpanName, SpanAttributes, `Events.Timestamp`, "
        "`Events.Name`, `Events.Attributes`) SELECT fromUnixTimestamp64Nano({start:Int64}), {id:String}, "
        "'aaaaaaaaaaaaaaaa', unhex('ff41'), map('a', unhex('c328')), [now64(9)], [unhex('fe')], "
        "[map(unhex('ff'), 'x')]",
        {"start": START_NS, "id": TRACE_ID.hex()},
    )
    [only] = got(reader).spans
    assert (only.name, only.attributes) == ("\ufffdA", {"a": "\ufffd("})
    assert (only.events[0].name, only.events[0].attributes) == ("\ufffd", {"\ufffd": "x"})


def test_an_unknown_id_is_none(reader: TraceReader) -> None:
    assert reader.get("ab" * 16) is None


def test_ids_may_be_upper_case(reader: TraceReader, write: Callable[..., None]) -> None:
    write([made("a")])
    assert reader.get(TRACE_ID.hex().upper()) is not None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), values, max_size=6))
def test_every_attribute_is_read_back_exactly(embedded_database: Database, sent: dict[str, Any]) -> None:
    trace_id = random.Random(repr(sent)).randbytes(16)
    message = request([span(trace_id=trace_id, attributes=sent)], resource={**sent, "service.name": "shop"})
    SettledWriter(embedded_database).write([message.SerializeToString()])
    trace = TraceReader(TraceStore(embedded_database), now_ns).get(trace_id.hex())
    assert trace is not None
    expected = {key: as_json(value) for key, value in sent.items()}
    assert trace.spans[0].attributes == expected
    assert trace.spans[0].resource == {**expected, "service.name": "shop"}


def test_a_callee_that_may_still_arrive_is_no_external_system_yet(
    database: Database, write: Callable[..., None]
) -> None:
    write([made("call", "", 0, 10, Span.SPAN_KIND_CLIENT, attributes={"server.address": "api.example.com"})])

    def hops(after_s: int) -> list[str]:
        trace = TraceReader(TraceStore(database), lambda: time.time_ns() + after_s * 1000 * MS).get(
            TRACE_ID.hex()
        )
        assert trace is not None
        return [hop.callee for hop in trace.hops]

    assert hops(0) == []
    assert hops(60) == ["api.example.com"]
