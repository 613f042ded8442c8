from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from query.model.search import SearchError, TraceFilter
from query.model.trace import ServiceCount, TraceSummary
from query.model.window import NS_PER_S, Window, rfc3339
from query.search.reader import FEW, SearchReader
from storage.client import Database
from storage.search import SearchStore
from tests.query.search.oracle import NS_PER_MS, Row, Sent, search
from tests.storage.requests import START_NS, request, span
from tests.storing import SettledWriter

SERVICES = ("shop", "bank", "stock")
NAMES = ("GET /", "pay", "list")
EVERYTHING = Window(START_NS - 3600 * NS_PER_S, START_NS + 7200 * NS_PER_S)
LAST_MINUTE = Window(START_NS + 1740 * NS_PER_S, START_NS + 1800 * NS_PER_S)


def random_spans(seed: int, traces: int = 60) -> list[Sent]:
    """Traces over half an hour; some straddle window edges, some last minutes."""
    source = random.Random(seed)
    spans = []
    for _ in range(traces):
        trace_id = source.randbytes(16).hex()
        start_ns = START_NS + source.randrange(1800 * NS_PER_S)
        ids = [source.randbytes(8).hex() for _ in range(source.randint(1, 6))]
        for place, span_id in enumerate(ids):
            spans.append(
                Sent(
                    trace_id,
                    span_id,
                    "" if place == 0 and source.random() < 0.8 else ids[0] if place else "fe" * 8,
                    source.choice(SERVICES),
                    source.choice(NAMES),
                    start_ns + place * source.choice((0, NS_PER_MS, 40 * NS_PER_S, 200 * NS_PER_S)),
                    source.randrange(NS_PER_S),
                    source.random() < 0.2,
                    {
                        "user.id": f"u{source.randrange(20)}",
                        **({"http.route": "/Items/a"} if source.random() < 0.5 else {}),
                    },
                )
            )
    return spans


def store(database: Database, spans: Sequence[Sent], seed: int = 1) -> None:
    """Sends spans in shuffled requests, some of them twice."""
    source = random.Random(seed)
    shuffled = [*spans, *source.sample(list(spans), len(spans) // 10)]
    source.shuffle(shuffled)
    writer = SettledWriter(database)
    pieces = 4
    for piece in range(pieces):
        requests = []
        for service in SERVICES:
            mine = [sent for sent in shuffled[piece::pieces] if sent.service == service]
            requests.append(request([as_span(sent) for sent in mine], service=service).SerializeToString())
        writer.write(requests)


def as_span(sent: Sent) -> Span:
    code = Status.STATUS_CODE_ERROR if sent.error else Status.STATUS_CODE_UNSET
    return span(
        trace_id=bytes.fromhex(sent.trace_id),
        span_id=bytes.fromhex(sent.span_id),
        parent_span_id=bytes.fromhex(sent.parent_id),
        name=sent.name,
        start_time_unix_nano=sent.start_ns,
        end_time_unix_nano=sent.start_ns + sent.duration_ns,
        status=Status(code=code),
        attributes=dict(sent.attributes),
    )


def printed(row: Row) -> TraceSummary:
    services = [ServiceCount(name, *counts) for name, counts in row.services.items()]
    return TraceSummary(
        trace_id=row.trace_id,
        root_service=row.root[0],
        root_operation=row.root[1],
        start=rfc3339(row.start_ns),
        duration_ms=row.duration_ns / NS_PER_MS,
        span_count=row.span_count,
        error_count=row.error_count,
        services=sorted(services, key=lambda count: (-count.spans, count.service)),
    )


FILTERS = [
    TraceFilter(),
    TraceFilter(service="bank"),
    TraceFilter(service="bank", operation="pay"),
    TraceFilter(operation="list"),
    TraceFilter(service="shop", operation="GET /", status="error"),
    TraceFilter(service="stock", status="ok"),
    TraceFilter(status="error"),
    TraceFilter(status="ok"),
    TraceFilter(min_duration_ms=900, max_duration_ms=60_000),
    TraceFilter(service="bank", min_duration_ms=41_000.5),
    TraceFilter(attributes=(("user.id", "u7"),)),
    TraceFilter(service="bank", operation="pay", attributes=(("user.id", "u7"),)),
    TraceFilter(attributes=(("user.id", "u7"), ("http.route", "/Items/a")), status="ok"),
    TraceFilter(attributes_contain=(("http.route", "items"),), service="shop"),
    TraceFilter(attributes_exist=("http.route",), operation="pay"),
    TraceFilter(attributes=(("user.id", ""),)),
    TraceFilter(service="nobody"),
]


def test_every_search_answers_as_the_reference_does(database: Database) -> None:
    spans = random_spans(3)
    store(database, spans)
    reader = SearchReader(SearchStore(database))
    for window in (EVERYTHING, LAST_MINUTE):
        for wanted in FILTERS:
            for sort in ("newest", "slowest"):
                page = reader.find(window, wanted, sort=sort, limit=1000)
                expected = [printed(row) for row in search(spans, window, wanted, sort)]
                assert page.traces == expected, (window, wanted, sort)
                assert page.next_cursor is None


RARE = TraceFilter(attributes=(("http.route", "/Items/a"),))


@pytest.mark.parametrize("few", [FEW, 0])
@pytest.mark.parametrize("sort", ["newest", "slowest"])
def test_pages_of_a_rare_value_are_those_of_a_common_one(
    embedded_database: Database, monkeypatch: pytest.MonkeyPatch, sort: str, few: int
) -> None:
    monkeypatch.setattr("query.search.reader.FEW", few)
    spans = random_spans(7)
    store(embedded_database, spans)
    reader = SearchReader(SearchStore(embedded_database))
    expected = [row.trace_id for row in search(spans, EVERYTHING, RARE, sort)]
    assert 20 < len(expected) <= FEW
    seen: list[str] = []
    cursor = None
    while cursor or not seen:
        page = reader.find(EVERYTHING, RARE, sort=sort, limit=8, cursor=cursor)
        seen += [trace.trace_id for trace in page.traces]
        cursor = page.next_cursor
    assert seen == expected


@pytest.mark.parametrize("sort", ["newest", "slowest"])
def test_pages_add_up_to_the_whole_though_traces_arrive_between_them(
    embedded_database: Database, sort: str
) -> None:
    spans = random_spans(5)
    store(embedded_database, spans)
    reader = SearchReader(SearchStore(embedded_database))
    seen: list[str] = []
    cursor = None
    window = EVERYTHING
    for _ in range(100):
        page = reader.find(window, TraceFilter(status="ok"), sort=sort, limit=7, cursor=cursor)
        seen += [trace.trace_id for trace in page.traces]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.traces) == 7
        # What arrives outside the first page's window must not appear; the window of later calls is ignored.
        window = Window(window.start_ns, window.end_ns + NS_PER_S)
    assert seen == [row.trace_id for row in search(spans, EVERYTHING, TraceFilter(status="ok"), sort)]


def test_what_looks_like_sql_is_a_value(embedded_database: Database) -> None:
    hostile = "x' OR 1=1 -- \\' \" ) {a:String} \n%"
    spans = [
        Sent("ab" * 16, "cd" * 8, "", "shop", hostile, START_NS, 5, False, {hostile: hostile}),
        Sent("ef" * 16, "cd" * 8, "", "shop", "other", START_NS, 5, False, {"a": "b"}),
    ]
    store(embedded_database, spans)
    reader = SearchReader(SearchStore(embedded_database))
    for wanted in (
        TraceFilter(operation=hostile),
        TraceFilter(service="shop", operation=hostile),
        TraceFilter(attributes=((hostile, hostile),)),
        TraceFilter(attributes_contain=((hostile, hostile),)),
        TraceFilter(attributes_exist=(hostile,)),
    ):
        assert [trace.trace_id for trace in reader.find(EVERYTHING, wanted).traces] == ["ab" * 16]
    assert reader.find(EVERYTHING, TraceFilter(service=hostile)).traces == []
    assert reader.attribute_keys(EVERYTHING, prefix="x'") == [hostile]
    assert reader.attribute_values(EVERYTHING, hostile) == [hostile]


def test_the_first_span_is_noticed(embedded_database: Database) -> None:
    reader = SearchReader(SearchStore(embedded_database))
    assert not reader.has_any_trace()
    store(embedded_database, random_spans(1, traces=1))
    assert reader.has_any_trace()


@pytest.mark.parametrize("wrong", [{"sort": "fastest"}, {"limit": 0}, {"limit": 1001}])
def test_nonsense_is_refused(embedded_database: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(SearchError):
        SearchReader(SearchStore(embedded_database)).find(EVERYTHING, TraceFilter(), **wrong)  # type: ignore[arg-type]  # on purpose


def test_a_shortest_above_the_longest_is_refused(embedded_database: Database) -> None:
    with pytest.raises(SearchError, match="min_duration_ms"):
        SearchReader(SearchStore(embedded_database)).find(
            EVERYTHING, TraceFilter(min_duration_ms=2, max_duration_ms=1)
        )


def test_long_traces_do_not_take_the_places_of_the_newest(
    embedded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a span in the last seconds, and began long before: a page is not looked for again for them."""
    long_ids = [f"{number:032x}" for number in range(1, 41)]
    last_ns = START_NS + 300 * NS_PER_S

    def sent(trace_id: str, number: int, start_ns: int) -> Sent:
        return Sent(trace_id, f"{number:016x}", "", "shop", "GET /", start_ns, NS_PER_MS, False, {})

    began = [sent(one, 1, START_NS + place * NS_PER_MS) for place, one in enumerate(long_ids)]
    goes_on = [sent(one, 2, last_ns - place * NS_PER_MS) for place, one in enumerate(long_ids)]
    store(embedded_database, began)
    store(
        embedded_database, [*goes_on, *(sent(f"f{place:031x}", 3, last_ns - NS_PER_S) for place in range(3))]
    )
    searches = SearchStore(embedded_database)
    asked: list[str] = []
    rows = embedded_database.rows

    def counted(name: str, parameters: Any = None) -> Any:
        asked.append(name)
        return rows(name, parameters)

    monkeypatch.setattr(embedded_database, "rows", counted)

    page = SearchReader(searches).find(Window(START_NS, last_ns + NS_PER_S), TraceFilter(), limit=2)

    assert [one.trace_id[0] for one in page.traces] == ["f", "f"]
    assert asked.count("find_traces") == 1
