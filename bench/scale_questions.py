"""The questions of `bench.scale`: what is asked, over which windows, and what it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from query.causes.selection import Selection
from query.model.search import TraceFilter
from query.model.window import NS_PER_S, Window
from query.service import QueryService
from storage.client import Database

MINUTE, HOUR = 60, 3_600
WINDOWS = {"15 min": 15 * MINUTE, "1 h": HOUR, "6 h": 6 * HOUR, "24 h": 24 * HOUR}
ODD_SECONDS, ODD_BACK_SECONDS = 3 * HOUR + 17 * MINUTE + 43, HOUR + 11 * MINUTE + 7
TRACES = 64


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in the store: where questions point to.

    `last_second` is when the last span began, Unix seconds; `values` are attribute values, one trace each.
    """

    spans: int
    bytes_per_span: float
    last_second: int
    trace_ids: list[str]
    values: list[str]
    service: str
    operation: str
    caller: str
    callee: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: What it is.
        path: The URL of each round.
        ask: The same of the first round, without HTTP.
        target_ms: What the median may be; 0 where nothing is promised.
        status: Of the answer.
    """

    name: str
    path: Callable[[Facts, int], str]
    ask: Callable[[QueryService, Facts], object]
    target_ms: float = 0.0
    status: int = 200


def facts_of(database: Database) -> Facts:
    """Looks around in the store."""
    spans = int(database.execute("SELECT count() FROM otel_traces"))
    size = int(
        database.execute(
            "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()"
        )
    )
    last = int(database.execute("SELECT toUnixTimestamp(max(Timestamp)) FROM otel_traces"))
    with database.connection() as client:
        found = client.query(
            "SELECT TraceId FROM otel_traces_trace_id_ts ORDER BY cityHash64(TraceId) LIMIT {n:UInt32}",
            parameters={"n": TRACES},
        ).result_rows
        ids = [str(trace_id) for (trace_id,) in found]
        values = client.query(
            "SELECT any(SpanAttributes['messaging.message.id']) FROM otel_traces "
            "WHERE TraceId IN {ids:Array(String)} AND SpanKind = 'Producer' GROUP BY TraceId",
            parameters={"ids": ids},
        ).result_rows
        ((caller, callee),) = client.query(
            "SELECT Caller, Callee FROM link_figures WHERE Resolution = 3600 AND NOT ByOperation "
            "AND Kind = 'http' AND CallerKind = 'service' "
            "GROUP BY Caller, Callee ORDER BY sum(Calls) DESC, Caller LIMIT 1"
        ).result_rows
        ((service, operation),) = client.query(
            "SELECT Service, Operation FROM service_figures "
            "WHERE Resolution = 3600 AND ByOperation AND Kind = 2 "
            "GROUP BY Service, Operation ORDER BY sum(Calls) DESC, Service LIMIT 1"
        ).result_rows
    return Facts(
        spans,
        size / spans,
        last,
        ids,
        [str(value) for (value,) in values],
        service,
        operation,
        caller,
        callee,
    )


def questions() -> list[Question]:
    """All of them."""
    return [*_links(), *_traces(), *_search(), *_services(), *_causes()]


def _links() -> list[Question]:
    found = []
    for name, seconds in WINDOWS.items():
        found.append(_windowed(f"links, {name}", "/api/v1/links", seconds, lambda q, w: q.links.list(w), 50))
        found.append(
            _windowed(f"map, {name}", "/api/v1/map", seconds, lambda q, w: q.links.service_map(w), 50)
        )
    odd = {"back_seconds": ODD_BACK_SECONDS}
    return [
        *found,
        _windowed(
            "links, 3 h 17 min 43 s, an hour ago",
            "/api/v1/links",
            ODD_SECONDS,
            lambda q, w: q.links.list(w),
            50,
            **odd,
        ),
        _windowed(
            "map, 3 h 17 min 43 s, an hour ago",
            "/api/v1/map",
            ODD_SECONDS,
            lambda q, w: q.links.service_map(w),
            50,
            **odd,
        ),
    ]


def _traces() -> list[Question]:
    return [
        Question(
            "trace of 20 spans, another each time",
            lambda facts, number: f"/api/v1/traces/{facts.trace_ids[number % TRACES]}",
            lambda asked, facts: asked.traces.rebuilt(facts.trace_ids[-1]),
        ),
        Question(
            "trace of 20 spans, the same",
            lambda facts, _: f"/api/v1/traces/{facts.trace_ids[0]}",
            lambda asked, facts: asked.traces.rebuilt(facts.trace_ids[0]),
        ),
        Question(
            "trace that is not there",
            lambda _, number: f"/api/v1/traces/{number + 1:032x}",
            lambda asked, _: asked.traces.rebuilt("f" * 32),
            status=404,
        ),
    ]


def _search() -> list[Question]:
    by_operation = "service, operation, at least 20 ms, 1 h"
    return [
        *(
            _search_question(
                f"search: {by_operation}, {sort}",
                HOUR,
                lambda facts, _: TraceFilter(facts.service, facts.operation, min_duration_ms=20.0),
                sort=sort,
                target_ms=100,
            )
            for sort in ("newest", "slowest")
        ),
        _search_question(
            "search: service, 24 h, slowest",
            24 * HOUR,
            lambda facts, _: TraceFilter(facts.service),
            sort="slowest",
        ),
        _search_question(
            "search: an attribute value, everything",
            25 * HOUR,
            lambda facts, number: TraceFilter(
                attributes=(("messaging.message.id", facts.values[number % len(facts.values)]),)
            ),
            target_ms=50,
        ),
        _search_question(
            "search: a value that is not there, everything",
            25 * HOUR,
            lambda _, number: TraceFilter(attributes=(("messaging.message.id", f"nothing {number}"),)),
            target_ms=50,
        ),
        _search_question(
            "search: part of a value, 15 min",
            15 * MINUTE,
            lambda facts, _: TraceFilter(facts.service, attributes_contain=(("url.path", "/99"),)),
        ),
        _search_question(
            "search: part of a value, 1 h",
            HOUR,
            lambda facts, _: TraceFilter(facts.service, attributes_contain=(("url.path", "/99"),)),
        ),
        _search_question(
            "search: key exists, 1 h",
            HOUR,
            lambda facts, _: TraceFilter(facts.service, attributes_exist=("db.system.name",)),
        ),
    ]


def _services() -> list[Question]:
    found = []
    for name in ("15 min", "1 h", "24 h"):
        found.append(
            _windowed(f"services, {name}", "/api/v1/services", WINDOWS[name], lambda q, w: q.services.list(w))
        )
        found.append(
            _windowed(
                f"SLA table, {name}", "/api/v1/services/sla", WINDOWS[name], lambda q, w: q.services.sla(w)
            )
        )
    return found


def _causes() -> list[Question]:
    found = []
    for name in ("15 min", "1 h"):
        for part, query in (
            ("heatmap", ""),
            ("selection", "select=slow&"),
            ("processes", ""),
            ("callers", ""),
            ("critical-path", ""),
        ):
            found.append(_cause(part, query, name))
    return found


def _cause(part: str, query: str, name: str) -> Question:
    def path(facts: Facts, number: int) -> str:
        link = f"{quote(facts.caller, safe='')}/{quote(facts.callee, safe='')}"
        return f"/api/v1/links/{link}/{part}?{query}{_query(_window(facts, WINDOWS[name], number))}"

    def ask(asked: QueryService, facts: Facts) -> object:
        link = facts.caller, facts.callee, _window(facts, WINDOWS[name], 0)
        if part == "selection":
            return asked.causes.selection(*link, Selection("slow"))
        reader: dict[str, Callable[..., object]] = {
            "heatmap": asked.causes.heatmap,
            "processes": asked.causes.processes,
            "callers": asked.causes.callers,
        }
        return reader.get(part, asked.causes.link_path)(*link)

    return Question(f"{part} of a link, {name}", path, ask, 1_500 if part == "selection" else 0.0)


def _windowed(
    name: str,
    path: str,
    seconds: int,
    ask: Callable[[QueryService, Window], object],
    target_ms: float = 0.0,
    *,
    back_seconds: int = 0,
) -> Question:
    return Question(
        name,
        lambda facts, number: f"{path}?{_query(_window(facts, seconds, number, back_seconds))}",
        lambda asked, facts: ask(asked, _window(facts, seconds, 0, back_seconds)),
        target_ms,
    )


def _search_question(
    name: str,
    seconds: int,
    wanted: Callable[[Facts, int], TraceFilter],
    *,
    sort: str = "newest",
    target_ms: float = 0.0,
) -> Question:
    def path(facts: Facts, number: int) -> str:
        filter = wanted(facts, number)
        given = {
            "service": filter.service,
            "operation": filter.operation,
            "min_duration_ms": filter.min_duration_ms,
        }
        parameters = [(key, str(value)) for key, value in given.items() if value is not None]
        parameters += [("attribute", f"{key}={value}") for key, value in filter.attributes]
        parameters += [("attribute", f"{key}~{value}") for key, value in filter.attributes_contain]
        parameters += [("attribute", key) for key in filter.attributes_exist]
        window = _query(_window(facts, seconds, number))
        return f"/api/v1/traces?{window}&{urlencode([*parameters, ('sort', sort)])}"

    return Question(
        name,
        path,
        lambda asked, facts: asked.search.find(_window(facts, seconds, 0), wanted(facts, 0), sort=sort),
        target_ms,
    )


def _window(facts: Facts, seconds: int, number: int, back_seconds: int = 0) -> Window:
    """The window of a round: they end a second earlier each time."""
    end_second = facts.last_second + 1 - back_seconds - number
    return Window((end_second - seconds) * NS_PER_S, end_second * NS_PER_S)


def _query(window: Window) -> str:
    return urlencode({"start": window.start_ns / NS_PER_S, "end": window.end_ns / NS_PER_S})
