"""Finds traces: which ones fulfil a search, and the exact figures of those shown.

Knows the tables. Paging, checking of candidates and the shapes of answers are `query.search`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.client import Database, Parameter
from storage.errors import QueryTooHeavy
from storage.places import places

NS_PER_S = 1_000_000_000
# How far around a window the parts of its traces are looked for.
BEFORE_SECONDS = 600
AFTER_SECONDS = 3600
# So much of a busy store is a small part of the five minutes that are read.
SHORT_SECONDS = 20
MAX_DURATION_NS = (1 << 63) - 1
_MAX_SECONDS = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class AttributeConditions:
    """Conditions on attributes of one owner (span or resource); all must hold."""

    equal: tuple[tuple[str, str], ...] = ()
    contain: tuple[tuple[str, str], ...] = ()
    exist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Conditions on traces; "" means any. All but durations must hold on one span."""

    start_ns: int
    end_ns: int
    min_duration_ns: int = 0
    max_duration_ns: int = MAX_DURATION_NS
    service: str = ""
    operation: str = ""
    status: str = ""
    span: AttributeConditions = field(default_factory=AttributeConditions)
    resource: AttributeConditions = field(default_factory=AttributeConditions)

    @property
    def needs_spans(self) -> bool:
        """Whether `trace_parts` cannot answer and spans themselves must be looked at."""
        bare_operation = bool(self.operation) and not self.service
        return bare_operation or self.span != _NONE or self.resource != _NONE

    @property
    def by_value(self) -> bool:
        """Whether the index over attribute values finds all of it."""
        only_equal = AttributeConditions(equal=self.span.equal)
        return bool(_first_value(self)) and self.span == only_equal and self.resource == _NONE


_NONE = AttributeConditions()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trace that seems to fulfil a search, with what it is ordered by."""

    trace_id: str
    start_ns: int
    duration_ns: int


@dataclass(frozen=True, slots=True)
class ServicePart:
    """What one service did in one trace."""

    trace_id: str
    service: str
    spans: int
    errors: int
    first_ns: int
    last_ns: int
    earliest: tuple[bool, int, str, str]
    """(has a parent, start, span id, name): the smallest of a trace is its root, else its earliest span."""
    matching: int


class SearchStore:
    """Traces by what is in them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, search: Search, *, slowest: bool, limit: int, after: Candidate | None = None
    ) -> list[Candidate]:
        """Candidates in order, newest (or slowest) first, that come after `after`.

        Raises:
            QueryTooHeavy: The search passed its limits of time or memory.
            StorageError: See `storage.failure.translated`.
        """
        parameters: dict[str, Parameter] = {
            "start_ns": search.start_ns,
            "end_ns": search.end_ns,
            "min_duration_ns": search.min_duration_ns,
            "max_duration_ns": search.max_duration_ns,
            "read_from_seconds": max(0, search.start_ns // NS_PER_S - BEFORE_SECONDS),
            "rows_from_ns": search.start_ns,
            "slowest": int(slowest),
            "limit": limit,
            "paged": int(after is not None),
            "after_duration_ns": after.duration_ns if after and slowest else 0,
            "after_start_ns": after.start_ns if after else 0,
            "after_id": after.trace_id if after else "",
        }
        parameters |= _span_seconds(search)
        if search.needs_spans:
            rows = self._database.rows("find_traces_by_spans", parameters | _by_spans(search))
        else:
            rows = self._database.rows("find_traces", parameters | self._by_parts(search))
        return [Candidate(str(row[0]), int(row[1]), int(row[2])) for row in rows]

    def with_value(self, search: Search, *, most: int) -> list[str] | None:
        """Ids of all traces with a span that fulfils a search `by_value`, unordered; None for a common value.

        When traces began is not looked at. Common is what more than `most` traces have, or too many spans to
        look at each.

        Raises:
            QueryTooHeavy: The search passed its limits of time or memory.
            StorageError: See `storage.failure.translated`.
        """
        parameters = _span_seconds(search) | _of_span(search) | {"limit": most + 1}
        try:
            rows = self._database.rows("traces_with_value", parameters)
        except QueryTooHeavy as error:
            if error.limit != "rows":
                raise
            return None
        return [str(trace_id) for (trace_id,) in rows] if len(rows) <= most else None

    def service_parts(
        self, trace_ids: list[str], *, service: str = "", operation: str = "", status: str = ""
    ) -> list[ServicePart]:
        """Exact figures of these traces, one entry per trace and service.

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        asked: dict[str, Parameter] = {"service": service, "operation": operation, "status": status}
        parts: list[ServicePart] = []
        for some in places(self._database, trace_ids):
            where: dict[str, Parameter] = {"places": some, "trace_ids": list({place[1] for place in some})}
            parts += [ServicePart(*row) for row in self._database.rows("trace_summaries", asked | where)]
        return parts

    def has_any_span(self) -> bool:
        """Whether anything is stored."""
        return bool(self._database.rows("has_any_span"))

    def attribute_names(
        self, start_ns: int, end_ns: int, *, service: str, prefix: str, limit: int
    ) -> list[str]:
        """Names of span attributes in a window, the most frequent first."""
        parameters = _window_seconds(start_ns, end_ns)
        parameters |= {"service": service, "prefix": prefix, "limit": limit}
        return [str(name) for (name,) in self._database.rows("attribute_names", parameters)]

    def attribute_values(
        self, start_ns: int, end_ns: int, *, name: str, service: str, prefix: str, limit: int
    ) -> list[str]:
        """Values of one span attribute in a window, the most frequent first."""
        parameters = _window_seconds(start_ns, end_ns)
        parameters |= {"name": name, "service": service, "prefix": prefix, "limit": limit}
        return [str(value) for (value,) in self._database.rows("attribute_values", parameters)]

    def _by_parts(self, search: Search) -> dict[str, Parameter]:
        services: list[int] = []
        operations: list[int] = []
        if search.service:
            parameters = {"service": search.service, "operation": search.operation}
            ((service, operation),) = self._database.rows("search_hashes", parameters)
            wanted = operation if search.operation else service
            # The lowest bit says whether the span failed.
            hashes = {"error": [wanted | 1], "ok": [wanted]}.get(search.status, [wanted, wanted | 1])
            services, operations = ([], hashes) if search.operation else (hashes, [])
        any_of = bool(search.service or search.status)
        failed = {"error": 1, "ok": 0}.get(search.status, 2) if not search.service else 2
        # Of a short look few traces are grouped, of a long one all sooner than their ids are kept apart.
        short = search.end_ns - search.start_ns <= SHORT_SECONDS * NS_PER_S
        return {
            "by_parts": int(any_of or short),
            "any_part": int(short and not any_of),
            "services": services,
            "operations": operations,
            "failed": failed,
        }


def _span_seconds(search: Search) -> dict[str, Parameter]:
    """When spans of traces that began in the window may have begun."""
    return {
        "start_seconds": search.start_ns // NS_PER_S,
        "read_to_seconds": min(_MAX_SECONDS, search.end_ns // NS_PER_S + AFTER_SECONDS),
    }


def _of_span(search: Search) -> dict[str, Parameter]:
    return {
        "service": search.service,
        "operation": search.operation,
        "status": search.status,
        "first_value": _first_value(search),
        "names": [name for name, _ in search.span.equal],
        "values": [value for _, value in search.span.equal],
    }


def _by_spans(search: Search) -> dict[str, Parameter]:
    return _of_span(search) | {
        "resource_names": [name for name, _ in search.resource.equal],
        "resource_values": [value for _, value in search.resource.equal],
        "part_names": [name for name, _ in search.span.contain],
        "parts": [part for _, part in search.span.contain],
        "resource_part_names": [name for name, _ in search.resource.contain],
        "resource_parts": [part for _, part in search.resource.contain],
        "existing": list(search.span.exist),
        "resource_existing": list(search.resource.exist),
    }


def _first_value(search: Search) -> str:
    """What the text index is asked for; an empty value is not in it."""
    return next((value for _, value in search.span.equal if value), "")


def _window_seconds(start_ns: int, end_ns: int) -> dict[str, Parameter]:
    return {"from_seconds": start_ns // NS_PER_S, "to_seconds": min(_MAX_SECONDS, end_ns // NS_PER_S)}
