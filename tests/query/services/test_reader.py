from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.model.window import NS_PER_S, Window
from query.services.reader import ServiceReader
from query.services.sla import sla_csv
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.storage.requests import request, span
from tests.storing import SettledWriter

NS_PER_MS = 1_000_000
HOUR_NS = 3600 * NS_PER_S
# The last full hour before "now", so that windows cross minutes and hours.
NOW_NS = 1_795_366_200 * NS_PER_S
ENTRY = (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CONSUMER)
# Half a bucket of query/links/sketch.py, and what linear interpolation adds between few calls.
TOLERANCE = 0.025


@dataclass(frozen=True)
class Call:
    service: str
    name: str
    kind: Span.SpanKind.ValueType
    start_ns: int
    duration_ns: int
    error: bool


def calls(count: int, hours: float, seed: int = 1) -> list[Call]:
    source = random.Random(seed)
    return [
        Call(
            source.choice(("shop", "bank")),
            source.choice(("a", "b")),
            source.choice((*ENTRY, Span.SPAN_KIND_CLIENT)),
            NOW_NS - source.randrange(int(hours * HOUR_NS)) - 1,
            round(source.lognormvariate(16, 1)),
            source.random() < 0.1,
        )
        for _ in range(count)
    ]


def store(database: Database, sent: Iterable[Call]) -> None:
    by_service: dict[str, list[Span]] = {}
    for number, call in enumerate(sent):
        code = Status.STATUS_CODE_ERROR if call.error else Status.STATUS_CODE_OK
        made = span(
            number,
            name=call.name,
            kind=call.kind,
            start_time_unix_nano=call.start_ns,
            end_time_unix_nano=call.start_ns + call.duration_ns,
            status=Status(code=code),
        )
        by_service.setdefault(call.service, []).append(made)
    messages = [request(spans, service=service) for service, spans in by_service.items()]
    SettledWriter(database).write([message.SerializeToString() for message in messages])


def reader(database: Database) -> ServiceReader:
    return ServiceReader(
        ServiceStore(database),
        LinkSource(
            HopSpans(database),
            LinkFigureStore(database),
            LinkSettings(late_seconds=0, late_answered_seconds=0),
        ),
        lambda: NOW_NS,
    )


@pytest.mark.parametrize(
    ("hours", "first", "last"),
    [
        (0.2, 0.13, 0.0),
        (0.2, 0.1001, 0.0503),
        (5, 4.76, 0.31),
        # Less than a minute.
        (0.2, 0.105, 0.1),
    ],
)
def test_any_window_counts_exactly_what_began_in_it(
    database: Database, hours: float, first: float, last: float
) -> None:
    sent = calls(600, hours)
    store(database, sent)
    window = Window(NOW_NS - round(first * HOUR_NS), NOW_NS - round(last * HOUR_NS))
    inside = [call for call in sent if window.start_ns <= call.start_ns < window.end_ns]
    found = {one.service: one for one in reader(database).list(window).services}
    assert set(found) == {call.service for call in inside}
    for service, figures in found.items():
        mine = [call for call in inside if call.service == service]
        entries = [call for call in mine if call.kind in ENTRY]
        assert figures.span_count == len(mine)
        assert (figures.calls, figures.errors) == (len(entries), sum(call.error for call in entries))
        assert figures.calls_per_second == pytest.approx(len(entries) / window.seconds)
        if entries:
            assert figures.server_ms is not None
            durations = sorted(call.duration_ns for call in entries)
            assert figures.server_ms.max == durations[-1] / NS_PER_MS
            assert figures.server_ms.p50 == pytest.approx(quantile(durations, 0.5), rel=TOLERANCE)
            assert figures.server_ms.p95 == pytest.approx(quantile(durations, 0.95), rel=TOLERANCE)


def quantile(sorted_ns: list[int], fraction: float) -> float:
    rank = fraction * (len(sorted_ns) - 1)
    low = int(rank)
    high = min(low + 1, len(sorted_ns) - 1)
    return (sorted_ns[low] + (rank - low) * (sorted_ns[high] - sorted_ns[low])) / NS_PER_MS


def test_operations_are_told_apart_by_kind_busiest_first(embedded_database: Database) -> None:
    sent = calls(300, 0.2)
    store(embedded_database, sent)
    window = Window(NOW_NS - HOUR_NS, NOW_NS)
    found = reader(embedded_database).operations("bank", window).operations
    assert sum(one.calls for one in found) == sum(call.service == "bank" for call in sent)
    assert {(one.operation, one.kind) for one in found} == {
        (name, kind) for name in "ab" for kind in ("server", "consumer", "client")
    }
    assert [one.calls for one in found] == sorted((one.calls for one in found), reverse=True)
    assert reader(embedded_database).operations("nobody' OR 1=1 --", window).operations == []


@pytest.mark.parametrize("hours", [0.2, 2.0, 30.0])
def test_steps_cover_the_window_and_add_up(embedded_database: Database, hours: float) -> None:
    sent = calls(400, min(hours, 20.0))
    store(embedded_database, sent)
    window = Window(NOW_NS - round(hours * HOUR_NS), NOW_NS)
    steps = reader(embedded_database).timeseries("shop", window)
    entries = [call for call in sent if call.service == "shop" and call.kind in ENTRY]
    assert sum(step.calls for step in steps) == len(entries)
    assert sum(step.errors for step in steps) == sum(call.error for call in entries)
    assert 2 <= len(steps) <= 122
    assert [step.start for step in steps] == sorted({step.start for step in steps})
    assert all((step.p95 is None) == (step.calls == 0) for step in steps)


def test_the_sla_table_and_its_csv(embedded_database: Database) -> None:
    minute_ns = NOW_NS // (60 * NS_PER_S) * 60 * NS_PER_S - 120 * NS_PER_S
    busy = [
        Call("=cmd()", "a", Span.SPAN_KIND_SERVER, minute_ns + place, 2 * NS_PER_MS, place < 3)
        for place in range(30)
    ]
    store(embedded_database, [*busy, Call("quiet", "a", Span.SPAN_KIND_CLIENT, minute_ns, 1, False)])
    table = reader(embedded_database).sla(Window(NOW_NS - HOUR_NS, NOW_NS))
    [row] = table.services
    assert (row.calls, row.errors, row.availability) == (30, 3, 0.9)
    assert row.calls_per_second == pytest.approx(30 / 3600)
    assert row.peak_calls_per_second == 0.5
    assert row.mean_ms == pytest.approx(2.0)
    header, line = sla_csv(table).splitlines()
    assert header.startswith("service,calls,errors,availability")
    assert line.startswith("'=cmd(),30,3,0.9,")


def test_windows_older_than_single_spans_are_widened_to_whole_minutes(embedded_database: Database) -> None:
    old = Call("shop", "a", Span.SPAN_KIND_SERVER, NOW_NS - 48 * HOUR_NS + 5, 7, False)
    store(embedded_database, [old])
    window = Window(old.start_ns + 1, old.start_ns + HOUR_NS)
    [figures] = reader(embedded_database).list(window).services
    assert figures.calls == 1
