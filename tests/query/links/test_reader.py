from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from query.links import linker
from query.links.namespaces import Namespaces
from query.links.reader import LinkReader
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from query.model.window import Window
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.namespaces import NamespaceStore
from tests.query.links.expected import assert_same, assert_same_nodes, expected_links
from tests.query.links.forests import MS, START_NS, Forest
from tests.query.links.otlp import request, shuffled_requests, writer

SECOND = 1_000 * MS
HOUR = 3_600 * SECOND
ALL = Window(START_NS - HOUR, START_NS + HOUR)
# Long after every span was stored: nothing is late any more.
LATER_NS = 2_500_000_000 * SECOND


def reader(database: Database, settings: LinkSettings | None = None, now_ns: int = LATER_NS) -> LinkReader:
    settings = settings or LinkSettings()
    return LinkReader(
        LinkSource(HopSpans(database), LinkFigureStore(database), settings), settings, clock=lambda: now_ns
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_number_of_random_forests_is_the_oracles(database: Database, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    spans = Forest(random).grow(traces=40, most_spans=25)
    sender = writer(database, tmp_path)
    for late_request in shuffled_requests(spans, random):
        sender.write([late_request])
    links = reader(database)

    assert_same(links.list(ALL, limit=10_000).links, expected_links(linker.find_hops(spans)))
    found = links.service_map(ALL)
    assert_same(found.links, expected_links(linker.find_hops(spans)))
    assert_same_nodes(found.nodes, expected_links(linker.find_hops(spans)))


@pytest.mark.parametrize("seed", range(2))
def test_window_edges_cut_hops_at_the_nanosecond(database: Database, tmp_path: Path, seed: int) -> None:
    random = Random(100 + seed)
    spans = Forest(random).grow(traces=40, most_spans=25)
    writer(database, tmp_path).write(shuffled_requests(spans, random))
    hops = linker.find_hops(spans)
    middle = sorted(hop.start_ns for hop in hops)
    window = Window(middle[len(middle) // 4], middle[len(middle) * 3 // 4])

    inside = [hop for hop in hops if window.start_ns <= hop.start_ns < window.end_ns]

    assert_same(reader(database).list(window, limit=10_000).links, expected_links(inside))


def _calls(count: int, *, first: int = 0, duration_ms: float = 10, errors: int = 0) -> list[LinkSpan]:
    spans = []
    for number in range(first, first + count):
        start_ns = START_NS + number * 200 * MS
        trace_id = f"{number + 1:032x}"
        length_ns = int((duration_ms + number % 7) * MS)
        client = LinkSpan(trace_id, "1" * 16, "", "cart", "POST", "client", start_ns, length_ns + 2 * MS)
        error = number - first < errors
        server = LinkSpan(
            trace_id, "2" * 16, "1" * 16, "payment", "POST /pay", "server", start_ns + MS, length_ns, error
        )
        spans += [client, server]
    return spans


def test_a_link_that_turns_slow_is_red_at_once_and_was_green_before(
    embedded_database: Database, tmp_path: Path
) -> None:
    # Five calls a second: healthy for twenty seconds, then slow.
    spans = _calls(100) + _calls(60, first=100, duration_ms=400)
    writer(embedded_database, tmp_path).write([request(spans)])

    def status_at(seconds: float) -> tuple[str, list[str]]:
        now_ns = START_NS + int(seconds * SECOND)
        window = Window(now_ns - 15 * 60 * SECOND, now_ns)
        (link,) = reader(embedded_database, now_ns=LATER_NS).list(window).links
        return link.status, link.reasons

    assert status_at(19) == ("ok", [])
    status, reasons = status_at(31)
    assert status == "slow"
    assert "x its baseline of " in reasons[0]


def test_a_link_that_turned_slow_when_it_was_young_stays_red_for_an_hour(
    embedded_database: Database, tmp_path: Path
) -> None:
    # Healthy for twenty seconds, slow ever since: within one minute, which must not pass for what is normal.
    spans = _calls(100) + _calls(8_000, first=100, duration_ms=400)
    writer(embedded_database, tmp_path).write([request(spans)])
    for minutes in (10, 16, 17, 20, 25):
        now_ns = START_NS + minutes * 60 * SECOND
        (link,) = reader(embedded_database).list(Window(now_ns - 15 * 60 * SECOND, now_ns)).links
        assert (minutes, link.status) == (minutes, "slow")


def test_failing_names_the_share_and_the_threshold(embedded_database: Database, tmp_path: Path) -> None:
    writer(embedded_database, tmp_path).write([request(_calls(200, errors=40))])

    (link,) = reader(embedded_database).list(ALL, status="failing").links

    assert link.reasons == ["20.0 % of 200 calls failed (threshold 5 %)"]
    assert link.errors == 40


def test_few_calls_are_quiet_whatever_they_show(embedded_database: Database, tmp_path: Path) -> None:
    writer(embedded_database, tmp_path).write([request(_calls(3, errors=3, duration_ms=9_000))])

    (link,) = reader(embedded_database).list(ALL).links

    assert (link.status, link.reasons) == ("quiet", ["only 3 calls: too few to judge"])


def test_the_detail_adds_up_to_the_link(embedded_database: Database, tmp_path: Path) -> None:
    writer(embedded_database, tmp_path).write([request(_calls(100, errors=5))])
    window = Window(START_NS, START_NS + 20 * SECOND)

    detail = reader(embedded_database).detail("cart", "payment", window)

    assert detail is not None
    assert detail.link.calls == 100
    assert sum(step.calls for step in detail.timeseries) == 100
    assert sum(step.errors for step in detail.timeseries) == 5
    assert sum(bar.calls for bar in detail.histogram) == 100
    assert [(one.operation, one.calls, one.errors) for one in detail.operations] == [("POST /pay", 100, 5)]
    assert all(exemplar.error for exemplar in detail.failing_exemplars)
    assert reader(embedded_database).detail("payment", "cart", window) is None


def test_a_caller_without_a_callee_is_external_only_after_a_while(
    embedded_database: Database, tmp_path: Path
) -> None:
    attributes = {"server.address": "bank.example"}
    call = LinkSpan("a" * 32, "1" * 16, "", "cart", "POST", "client", START_NS, MS, attributes=attributes)
    query = LinkSpan(
        "b" * 32, "2" * 16, "", "cart", "SELECT", "client", START_NS, MS, attributes={"db.system": "mysql"}
    )
    writer(embedded_database, tmp_path).write([request([call, query])])
    stored_ns = (
        int(embedded_database.execute("SELECT toUnixTimestamp(max(ReceivedAt)) FROM link_spans")) * SECOND
    )

    def callees(now_ns: int) -> list[str]:
        return [link.callee for link in reader(embedded_database, now_ns=now_ns).list(ALL).links]

    late_ns = LinkSettings().late_seconds * SECOND
    assert callees(stored_ns + late_ns - SECOND) == ["mysql"]
    assert callees(stored_ns + late_ns + SECOND) == ["bank.example", "mysql"]


def test_a_callee_that_sends_in_batches_has_no_second_self(
    embedded_database: Database, tmp_path: Path
) -> None:
    """SDKs send every 5 s: the callee's spans of the last seconds are still with it."""
    attributes = {"server.address": "pay.local", "http.request.method": "POST"}

    def call(number: int) -> list[LinkSpan]:
        trace_id, client, server = f"{number + 1:032x}", f"{number:015x}c", f"{number:015x}5"
        return [
            LinkSpan(trace_id, client, "", "cart", "POST", "client", START_NS, MS, attributes=attributes),
            LinkSpan(trace_id, server, client, "payment", "POST /pay", "server", START_NS, MS),
        ]

    sender = writer(embedded_database, tmp_path)
    sender.write([request([*call(0), *call(1)[:1]])])
    stored_ns = (
        int(embedded_database.execute("SELECT toUnixTimestamp(max(ReceivedAt)) FROM link_spans")) * SECOND
    )

    def calls(after_seconds: int) -> dict[str, int]:
        asked = reader(embedded_database, now_ns=stored_ns + after_seconds * SECOND)
        return {link.callee: link.calls for link in asked.list(ALL).links}

    settings = LinkSettings()
    assert settings.late_answered_seconds > settings.late_seconds + 1
    assert calls(settings.late_answered_seconds - 1) == {"payment": 1}
    assert calls(settings.late_answered_seconds + 1) == {"payment": 1, "pay.local": 1}

    sender.write([request(call(1)[1:])])
    assert calls(settings.late_answered_seconds + 1) == {"payment": 2}


def test_the_map_around_a_service(embedded_database: Database, tmp_path: Path) -> None:
    chain = ["a", "b", "c", "d"]
    spans = [LinkSpan("a" * 32, "0" * 16, "", "a", "GET", "server", START_NS, MS)]
    for number, (caller, callee) in enumerate(pairwise(chain), start=1):
        client_id, server_id = f"{2 * number:016x}", f"{2 * number + 1:016x}"
        spans.append(LinkSpan("a" * 32, client_id, "", caller, "GET", "client", START_NS, MS))
        spans.append(LinkSpan("a" * 32, server_id, client_id, callee, "GET", "server", START_NS, MS))
    spans[0] = LinkSpan("a" * 32, "f" * 16, "", "a", "GET", "server", START_NS, MS)
    writer(embedded_database, tmp_path).write([request(spans)])
    links = reader(embedded_database)

    whole = links.service_map(ALL)
    near_b = links.service_map(ALL, service="b", depth=1)

    assert {node.service: node.kind for node in whole.nodes} == {
        "user": "user",
        **dict.fromkeys(chain, "service"),
    }
    assert [node.service for node in near_b.nodes] == ["a", "b", "c"]
    assert {(link.caller, link.callee) for link in near_b.links} == {("a", "b"), ("b", "c")}
    assert links.service_map(ALL, service="nobody").nodes == []


def test_a_node_shows_the_errors_of_its_own_spans(embedded_database: Database, tmp_path: Path) -> None:
    # The caller gave up on a callee that answered well, and a query failed.
    call = LinkSpan("a" * 32, "1" * 16, "", "cart", "POST", "client", START_NS, MS, error=True)
    answer = LinkSpan("a" * 32, "2" * 16, "1" * 16, "bank", "POST", "server", START_NS, MS)
    query = LinkSpan(
        *("b" * 32, "3" * 16, "", "cart", "SELECT", "client", START_NS, MS),
        error=True,
        attributes={"db.system": "mysql"},
    )
    writer(embedded_database, tmp_path).write([request([call, answer, query])])

    found = reader(embedded_database).service_map(ALL)

    assert {node.service: node.errors for node in found.nodes} == {"bank": 0, "cart": 0, "mysql": 1}
    assert {link.callee: link.errors for link in found.links} == {"bank": 1, "mysql": 1}


def test_the_map_names_the_namespaces_of_its_services(embedded_database: Database, tmp_path: Path) -> None:
    call = LinkSpan(
        *("a" * 32, "1" * 16, "", "cart", "POST", "client", START_NS, MS),
        resource={"service.namespace": "shop"},
    )
    answer = LinkSpan("a" * 32, "2" * 16, "1" * 16, "bank", "POST", "server", START_NS, MS)
    writer(embedded_database, tmp_path).write([request([call, answer])])
    settings = LinkSettings()
    links = LinkReader(
        LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), settings),
        settings,
        clock=lambda: LATER_NS,
        namespaces=Namespaces(NamespaceStore(embedded_database)),
    )

    named = links.service_map(ALL, service="bank", depth=1)

    assert {node.service: node.namespace for node in named.nodes} == {"bank": "", "cart": "shop"}


def test_an_empty_store_has_no_links(database: Database) -> None:
    links = reader(database)

    assert links.list(ALL).links == []
    assert links.service_map(ALL).nodes == []
    assert links.detail("a", "b", ALL) is None


def test_an_unknown_order_is_refused(embedded_database: Database) -> None:
    with pytest.raises(ValueError, match="sort must be one of p95"):
        reader(embedded_database).list(ALL, sort="luck")
