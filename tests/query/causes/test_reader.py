from __future__ import annotations

import time
from random import Random

import pytest

from query.causes.reader import CauseReader
from query.causes.selection import Selection
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from query.model.search import SearchError
from query.model.window import Window
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.query.causes.stored import MS, SECOND, START_NS, call, reader, store

WINDOW = Window(START_NS - 60 * SECOND, START_NS + 120 * SECOND)


def _incident() -> list[LinkSpan]:
    """Five hundred calls; the fifty with `tier=gold` on version 2 are slow, a tenth of those fails."""
    random = Random(5)
    spans = []
    for number in range(500):
        gold = number % 10 == 3
        spans += call(
            number,
            server_ms=400 + random.random() if gold else 10 + 5 * random.random(),
            error=number % 100 == 3,
            attributes={"tier": "gold" if gold else "basic", "order.id": f"o-{number}", "size": 100 + number},
            resource={
                "service.version": "2" if gold or number % 4 == 0 else "1",
                "host.name": f"h{number % 3}",
            },
            caller_attributes={"http.request.method": "POST"},
        )
    return spans


@pytest.fixture
def incident(database: Database) -> CauseReader:
    store(database, _incident())
    return reader(database)


def test_the_heatmap_counts_every_call_where_it_belongs(incident: CauseReader) -> None:
    found = incident.heatmap("cart", "payment", WINDOW)
    assert found is not None
    assert (found.kind, sum(map(sum, found.calls)), sum(found.errors)) == ("http", 500, 5)
    assert len(found.starts) == len(found.calls) == len(found.errors) == 18
    assert {len(column) for column in found.calls} == {len(found.edges_ms) - 1}
    slow_rows = [row for row, edge in enumerate(found.edges_ms[:-1]) if edge > 300]
    assert sum(column[row] for column in found.calls for row in slow_rows) == 50
    # A hundred calls in ten seconds, from the window's seventh column on.
    assert [sum(column) for column in found.calls] == [0] * 6 + [100] * 5 + [0] * 7


def test_slow_calls_differ_from_the_rest_by_what_made_them_slow(incident: CauseReader) -> None:
    found = incident.selection("cart", "payment", WINDOW, Selection(min_duration_ms=300), limit=20)
    assert found is not None
    assert (found.selected.calls, found.rest.calls) == (50, 450)
    assert (found.selected.looked_at, found.rest.looked_at) == (50, 450)
    assert (found.taken_from, found.searched_share, found.more) == ("calls", 1.0, True)
    first, second, *_ = found.differences
    assert (first.side, first.source, first.key, first.value) == ("callee", "span", "tier", "gold")
    assert (first.selected_share, first.rest_share) == (1.0, 0.0)
    assert (second.key, second.value, second.selected_share) == ("service.version", "2", 1.0)
    assert {one.key for one in found.differences} == {"tier", "service.version"}
    assert found.identifiers == ["callee order.id"]
    durations = [one.duration_ms for one in found.calls]
    assert len(durations) == 20 and durations == sorted(durations, reverse=True)
    assert durations[0] > 402 and all(one.span_id == "b" * 16 for one in found.calls)


def test_the_slowest_twentieth_and_the_failing_can_be_selected_by_name(incident: CauseReader) -> None:
    slow = incident.selection("cart", "payment", WINDOW, Selection("slow"))
    failing = incident.selection("cart", "payment", WINDOW, Selection("failing"), sort="newest")
    assert slow is not None and failing is not None
    assert 20 <= slow.selected.calls <= 50
    assert slow.selection.min_duration_ms > 390
    assert slow.differences[0].key == "tier"
    assert [one.error for one in failing.calls] == [True] * 5
    assert [one.start for one in failing.calls] == sorted((one.start for one in failing.calls), reverse=True)
    assert not failing.more


def test_a_selection_may_be_a_part_of_the_time(incident: CauseReader) -> None:
    tens = Window(START_NS + 10 * SECOND, START_NS + 20 * SECOND)
    found = incident.selection("cart", "payment", WINDOW, Selection(window=tens, max_duration_ms=300))
    assert found is not None
    assert (found.selected.calls, found.rest.calls) == (90, 410)
    with pytest.raises(SearchError, match="outside the window"):
        incident.selection("cart", "payment", WINDOW, Selection(window=Window(1, 2)))


def test_processes_of_the_callee_have_their_own_figures(incident: CauseReader) -> None:
    found = incident.processes("cart", "payment", WINDOW)
    assert found is not None
    by_key = {one.key: {value.value: value for value in one.values} for one in found.attributes}
    assert set(by_key) == {"service.version", "host.name"}
    assert found.looked.looked_at == found.looked.calls == 500
    versions = by_key["service.version"]
    assert versions["1"].calls + versions["2"].calls == 500
    assert versions["2"].p95_ms > 390 and versions["1"].p95_ms < 20
    assert (versions["2"].errors, versions["1"].errors) == (5, 0)


def test_callers_of_a_shared_callee_are_ranked_by_their_time(database: Database) -> None:
    spans: list[LinkSpan] = []
    for number in range(60):
        caller = ("cart", "admin", "batch")[number % 3]
        operation = "GET /rates" if caller == "batch" else "POST /pay"
        spans += call(number, caller=caller, server_ms=90 if caller == "admin" else 30, operation=operation)
    store(database, spans)
    found = reader(database).callers("cart", "payment", WINDOW)
    assert found is not None
    assert found.operations == ["POST /pay"]
    assert [(one.caller, one.calls) for one in found.callers] == [("admin", 20), ("cart", 20)]
    assert sum(one.time_share for one in found.callers) == pytest.approx(1)
    assert found.callers[0].time_share == pytest.approx(92 / (92 + 32))
    other = reader(database).callers("cart", "payment", WINDOW, operation="GET /rates")
    assert other is not None and [one.caller for one in other.callers] == ["batch"]


def test_a_link_without_calls_has_no_causes(embedded_database: Database) -> None:
    causes = reader(embedded_database)
    assert causes.heatmap("a", "b", WINDOW) is None
    assert causes.selection("a", "b", WINDOW, Selection("slow")) is None
    assert causes.callers("a", "b", WINDOW) is None
    assert causes.processes("a", "b", WINDOW) is None
    assert causes.link_path("a", "b", WINDOW) is None
    assert causes.critical_paths(WINDOW).links == []


def test_critical_paths_add_up(incident: CauseReader) -> None:
    found = incident.critical_paths(WINDOW)
    assert (found.traces, found.traces_in_window) == (500, 500)
    assert [(one.caller, one.callee) for one in found.links] == [("cart", "payment"), ("user", "cart")]
    assert sum(one.share for one in found.links) + found.elsewhere_share == pytest.approx(1)
    payment, cart = found.links
    # Two milliseconds before and after the call are the cart's own.
    assert cart.ms_per_trace == pytest.approx(4)
    assert payment.traces == 500
    path = incident.link_path("cart", "payment", WINDOW)
    assert path is not None
    assert (path.rank, path.overall_traces, path.through_traces) == (1, 500, 500)
    assert path.through_share == pytest.approx(payment.share)


def test_calls_of_other_callers_are_not_this_links(embedded_database: Database) -> None:
    spans = [span for number in range(40) for span in call(number, caller="cart" if number % 2 else "admin")]
    store(embedded_database, spans)
    found = reader(embedded_database).selection("cart", "payment", WINDOW, Selection())
    assert found is not None
    assert (found.selected.calls, found.rest.calls, len(found.calls)) == (20, 0, 20)


def test_messages_and_databases_have_causes_too(embedded_database: Database) -> None:
    spans = []
    for number in range(30):
        trace_id, other_id = f"{number + 1:032x}", f"{number + 1001:032x}"
        at_ns = START_NS + number * SECOND
        database = {"db.system": "mysql", "db.namespace": "orders", "shard": str(number % 2)}
        took_ns = (200 if number % 2 else 5) * MS
        spans += [
            LinkSpan(trace_id, "a" * 16, "", "cart", "SELECT", "client", at_ns, took_ns, attributes=database),
            LinkSpan(trace_id, "b" * 16, "", "cart", "send", "producer", at_ns, 3 * MS),
            LinkSpan(
                other_id, "c" * 16, "", "mail", "process", "consumer", at_ns + 9 * MS, 50 * MS,
                attributes={"queue": "fast"}, span_links=((trace_id, "b" * 16),),
            ),
        ]  # fmt: skip
    store(embedded_database, spans)
    causes = reader(embedded_database)
    queries = causes.selection("cart", "orders", WINDOW, Selection(min_duration_ms=100))
    assert queries is not None
    assert (queries.kind, queries.selected.calls, queries.rest.calls) == ("database", 15, 15)
    assert [(one.side, one.key, one.value) for one in queries.differences] == [("caller", "shard", "1")]
    mails = causes.selection("cart", "mail", WINDOW, Selection())
    assert mails is not None
    assert (mails.kind, mails.selected.calls) == ("messaging", 30)
    assert {one.duration_ms for one in mails.calls} == {3.0}


def test_windows_whose_spans_are_gone_answer_from_what_was_kept(embedded_database: Database) -> None:
    store(embedded_database, _incident())
    source = LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), LinkSettings())
    # Arrival times are whole seconds: what was stored in this one is rolled up in the next.
    time.sleep(1.05)
    LinkRollUp(source, ServiceStore(embedded_database), visible_after_seconds=-60).advance()
    embedded_database.execute("TRUNCATE TABLE link_spans")
    found = reader(embedded_database, START_NS + 30 * 3_600 * SECOND).selection(
        "cart", "payment", WINDOW, Selection(min_duration_ms=300)
    )
    assert found is not None
    assert found.taken_from == "exemplars"
    assert found.calls and all(one.duration_ms > 300 for one in found.calls)
    assert "no longer joined" in found.notes[0]
