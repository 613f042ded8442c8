"""Figures of services through the roll-up: late spans count, copies of a span do not."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.model.window import NS_PER_S, Window
from query.services.reader import ServiceReader
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.storage.requests import request, span
from tests.storing import SettledWriter

HOUR_NS = 3600 * NS_PER_S
START_NS = 1_795_366_200 * NS_PER_S
ALL = Window(START_NS - HOUR_NS, START_NS + 4 * HOUR_NS)
ODD = Window(START_NS + 7 * NS_PER_S + 1, START_NS + 2 * HOUR_NS + 3)


def made(count: int) -> list[Span]:
    source = random.Random(count)
    found = []
    for number in range(count):
        start_ns = START_NS + source.randrange(2 * HOUR_NS)
        code = Status.STATUS_CODE_ERROR if source.random() < 0.2 else Status.STATUS_CODE_UNSET
        found.append(
            span(
                number,
                name=source.choice("ab"),
                kind=source.choice((Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT)),
                start_time_unix_nano=start_ns,
                end_time_unix_nano=start_ns + source.randrange(10**9),
                status=Status(code=code),
            )
        )
    return found


def send(database: Database, spans: Iterable[Span]) -> None:
    message = request(list(spans), service="shop")
    SettledWriter(database).write([message.SerializeToString()])


def check(links: LinkSource, database: Database, spans: list[Span]) -> None:
    reader = ServiceReader(ServiceStore(database), links, lambda: START_NS + HOUR_NS)
    for window in (ALL, ODD):
        inside = [one for one in spans if window.start_ns <= one.start_time_unix_nano < window.end_ns]
        entries = [one for one in inside if one.kind == Span.SPAN_KIND_SERVER]
        failed = sum(one.status.code == Status.STATUS_CODE_ERROR for one in entries)
        longest_ns = max(one.end_time_unix_nano - one.start_time_unix_nano for one in entries)
        [figures] = reader.list(window).services
        assert (figures.span_count, figures.calls, figures.errors) == (len(inside), len(entries), failed)
        assert figures.server_ms is not None
        assert figures.server_ms.max == longest_ns / 1e6
        operations = reader.operations("shop", window).operations
        assert {(one.operation, one.kind): one.calls for one in operations} == Counter(
            (one.name, "server" if one.kind == Span.SPAN_KIND_SERVER else "client") for one in inside
        )
        assert sum(step.calls for step in reader.timeseries("shop", window)) == len(entries)
        minutes = Counter(one.start_time_unix_nano // (60 * NS_PER_S) for one in entries)
        [sla] = reader.sla(window).services
        assert sla.peak_calls_per_second == pytest.approx(max(minutes.values()) / 60)


def test_late_spans_and_copies_of_spans(database: Database) -> None:
    settings = LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.0)
    links = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    spans = made(300)
    for known in (100, 300):
        # The same spans again in another request, and every span of the first round in the second.
        send(database, spans[:known])
        send(database, spans[known // 2 : known])
        check(links, database, spans[:known])
        time.sleep(1.05)
        # A new one each time: one that runs on sums hours once a minute.
        LinkRollUp(links, ServiceStore(database), visible_after_seconds=0).advance()
        check(links, database, spans[:known])

    # Another process: this one still goes by what it saw before all was rolled up.
    links = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    check(links, database, spans)
    plan = links.moment(START_NS).plan(ALL)
    assert len(plan.rolled.hours) >= 1
    assert not plan.joined
