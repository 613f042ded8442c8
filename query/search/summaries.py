"""Puts the parts of a trace, service by service, together into one row of a search. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from query.model.trace import ServiceCount, TraceSummary
from query.model.window import rfc3339
from storage.search import Candidate, Search, ServicePart

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundTrace:
    """A trace's exact extent, whether one of its spans matches, and its row."""

    start_ns: int
    duration_ns: int
    matches: bool
    summary: TraceSummary

    @property
    def place(self) -> Candidate:
        """What it is ordered by, from its exact figures."""
        return Candidate(self.summary.trace_id, self.start_ns, self.duration_ns)

    def belongs(self, search: Search) -> bool:
        """Whether it really fulfils the search (candidates may not)."""
        in_window = search.start_ns <= self.start_ns < search.end_ns
        fits = search.min_duration_ns <= self.duration_ns <= search.max_duration_ns
        return in_window and fits and (self.matches or search.needs_spans)


def found_traces(parts: Iterable[ServicePart]) -> dict[str, FoundTrace]:
    """The traces of these parts, by id."""
    by_trace: dict[str, list[ServicePart]] = {}
    for part in parts:
        by_trace.setdefault(part.trace_id, []).append(part)
    return {trace_id: _found_trace(trace_id, of_trace) for trace_id, of_trace in by_trace.items()}


def _found_trace(trace_id: str, parts: Sequence[ServicePart]) -> FoundTrace:
    start_ns = min(part.first_ns for part in parts)
    duration_ns = max(part.last_ns for part in parts) - start_ns
    root = min(parts, key=lambda part: part.earliest)
    services = [ServiceCount(part.service, part.spans, part.errors) for part in parts]
    services.sort(key=lambda count: (-count.spans, count.service))
    summary = TraceSummary(
        trace_id=trace_id,
        root_service=root.service,
        root_operation=root.earliest[3],
        start=rfc3339(start_ns),
        duration_ms=duration_ns / NS_PER_MS,
        span_count=sum(part.spans for part in parts),
        error_count=sum(part.errors for part in parts),
        services=services,
    )
    return FoundTrace(start_ns, duration_ns, any(part.matching for part in parts), summary)
