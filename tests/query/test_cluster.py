"""Questions to a cluster: every node gives the answers of the pure linker, before and after the roll-up."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

import pytest

from query.causes.reader import CauseReader
from query.links import linker
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.model.search import TraceFilter
from query.model.window import Window
from query.search.reader import SearchReader
from query.services.reader import ServiceReader
from query.traces.reader import TraceReader
from storage.calls import CallStore
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.search import SearchStore
from storage.services import ServiceStore
from storage.traces import TraceStore
from tests.query.links.expected import assert_same, expected_links
from tests.query.links.forests import MS, START_NS, Forest
from tests.query.links.otlp import shuffled_requests
from tests.storing import SettledWriter

pytestmark = pytest.mark.server

SECOND = 1_000 * MS
WINDOW = Window(START_NS - 3_600 * SECOND, START_NS + 7_200 * SECOND)
SETTINGS = LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.0)


def test_every_node_answers_alike_and_right(shards: list[Database]) -> None:
    random = Random(11)
    spans = Forest(random, reach_ns=1_800 * SECOND).grow(traces=60, most_spans=15)
    requests = shuffled_requests(spans, random)
    for place, request in enumerate(requests):
        SettledWriter(shards[place % 2]).write([request])
    expected = expected_links(linker.find_hops(spans))
    calls = Counter(span.service for span in spans)
    traces = Counter(span.trace_id for span in spans)

    def check(node: Database) -> None:
        source = LinkSource(HopSpans(node), LinkFigureStore(node), SETTINGS)
        links = LinkReader(source, SETTINGS, clock=time.time_ns)
        assert_same(links.list(WINDOW, limit=100_000).links, expected)
        services = ServiceReader(ServiceStore(node), source, time.time_ns).list(WINDOW).services
        assert {figures.service: figures.span_count for figures in services} == calls
        found = SearchReader(SearchStore(node)).find(WINDOW, TraceFilter(), limit=100).traces
        assert {summary.trace_id: summary.span_count for summary in found} == traces
        reader = TraceReader(TraceStore(node), time.time_ns)
        for trace_id in list(traces)[:5]:
            trace = reader.get(trace_id)
            assert trace is not None
            assert trace.span_count == traces[trace_id]
        link = links.list(WINDOW, sort="calls", limit=1).links[0]
        assert CauseReader(source, CallStore(node)).heatmap(link.caller, link.callee, WINDOW) is not None
        assert links.detail(link.caller, link.callee, WINDOW) is not None

    for node in shards:
        check(node)
    time.sleep(1.05)  # arrival times are whole seconds
    source = LinkSource(HopSpans(shards[1]), LinkFigureStore(shards[1]), SETTINGS)
    LinkRollUp(source, ServiceStore(shards[1]), visible_after_seconds=0).advance()
    for node in shards:
        check(node)
