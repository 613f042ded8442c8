"""Answers trace searches page by page.

Few traces with a rare attribute value are all read and put in order here. Otherwise candidates come from the
store in the order asked for; each is checked against its own spans before it is shown, so that neither hash
collisions nor traces that began before the window reach a page.
"""

from __future__ import annotations

from dataclasses import replace

from query.model.search import SearchError, TraceFilter
from query.model.trace import TracePage
from query.model.window import Window
from query.search.conditions import search_of
from query.search.cursor import Cursor, decode, encode
from query.search.summaries import FoundTrace, found_traces
from storage.search import SHORT_SECONDS, Candidate, Search, SearchStore

MAX_LIMIT = 1000
# The newest traces are looked for in the newest part of a long window first, then in ever longer ones.
FIRST_LOOK_NS = SHORT_SECONDS * 1_000_000_000
LOOKS_GROW = 15
# So many traces are read whole sooner than all rows about traces of a day are gone through for them.
FEW = 64
# Candidates that turn out not to fit are replaced this many times; then the page is shorter.
MAX_ROUNDS = 20

# Traces in order, whether more follow, and where the page ends.
Page = tuple[list[FoundTrace], bool, Candidate | None]


class SearchReader:
    """Traces by what is in them."""

    def __init__(self, store: SearchStore) -> None:
        self._store = store

    def find(
        self,
        window: Window,
        filter: TraceFilter,
        *,
        sort: str = "newest",
        limit: int = 20,
        cursor: str | None = None,
    ) -> TracePage:
        """One page of the traces that started in the window and fulfil the filter.

        Args:
            window: When traces started; with a cursor the window of its first page is used instead.
            filter: What must hold.
            sort: `newest` or `slowest` first, decided over the whole window.
            limit: Traces per page, 1 to `MAX_LIMIT`.
            cursor: `next_cursor` of the page before.

        Raises:
            SearchError: The sort, the limit, the cursor or the filter makes no sense.
            storage.errors.QueryTooHeavy: The search passed its limits.
            storage.errors.StorageError: The store cannot answer.
        """
        if sort not in ("newest", "slowest"):
            raise SearchError("sort must be newest or slowest")
        if not 1 <= limit <= MAX_LIMIT:
            raise SearchError(f"limit must be from 1 to {MAX_LIMIT}")
        after = None
        if cursor:
            place = decode(cursor, filter, sort)
            window = Window(place.start_ns, place.end_ns)
            after = Candidate(place.after_id, place.after_start_ns, place.after_duration_ns)
        search = search_of(filter, window.start_ns, window.end_ns)
        traces, more, last = self._few(search, sort, limit, after) or self._many(search, sort, limit, after)
        next_cursor = None
        if more and last:
            place = Cursor(window.start_ns, window.end_ns, last.start_ns, last.duration_ns, last.trace_id)
            next_cursor = encode(place, filter, sort)
        return TracePage([trace.summary for trace in traces], next_cursor)

    def has_any_trace(self) -> bool:
        """Whether a span was ever stored."""
        return self._store.has_any_span()

    def attribute_keys(
        self, window: Window, *, service: str = "", prefix: str = "", limit: int = 50
    ) -> list[str]:
        """Names of span attributes seen in the window, the most frequent first, for completion."""
        return self._store.attribute_names(
            window.start_ns, window.end_ns, service=service, prefix=prefix, limit=limit
        )

    def attribute_values(
        self, window: Window, key: str, *, service: str = "", prefix: str = "", limit: int = 50
    ) -> list[str]:
        """Values of one span attribute seen in the window, the most frequent first, for completion."""
        return self._store.attribute_values(
            window.start_ns, window.end_ns, name=key, service=service, prefix=prefix, limit=limit
        )

    def _few(self, search: Search, sort: str, limit: int, after: Candidate | None) -> Page | None:
        """A page out of all traces that fulfil the search, if it asks for a rare value; else None."""
        if not search.by_value:
            return None
        trace_ids = self._store.with_value(search, most=FEW)
        if trace_ids is None:
            return None
        found = found_traces(self._store.service_parts(trace_ids)).values()
        rows = [(trace.place, trace) for trace in found if trace.belongs(search)]
        rows = [row for row in rows if after is None or _order(row[0], sort) < _order(after, sort)]
        rows.sort(key=lambda row: _order(row[0], sort), reverse=True)
        shown = rows[:limit]
        return [trace for _, trace in shown], len(rows) > limit, shown[-1][0] if shown else None

    def _many(self, search: Search, sort: str, limit: int, after: Candidate | None) -> Page:
        """A page of checked candidates."""
        traces: list[FoundTrace] = []
        more = True
        for _ in range(MAX_ROUNDS):
            candidates = self._candidates(search, sort, limit + 1 - len(traces), after)
            more = len(candidates) > limit - len(traces)
            shown = candidates[: limit - len(traces)]
            traces += self._checked(shown, search)
            after = shown[-1] if shown else after
            if len(traces) >= limit or not more:
                break
        return traces, more, after

    def _candidates(self, search: Search, sort: str, wanted: int, after: Candidate | None) -> list[Candidate]:
        """Candidates after `after`; the newest are looked for from the end of the window backwards."""
        if sort == "slowest":
            return self._store.find(search, slowest=True, limit=wanted, after=after)
        newest_ns = min(search.end_ns, after.start_ns + 1) if after else search.end_ns
        look_ns = FIRST_LOOK_NS
        while True:
            look = replace(search, start_ns=max(search.start_ns, newest_ns - look_ns), end_ns=newest_ns)
            found = self._store.find(look, slowest=False, limit=wanted, after=after)
            if len(found) >= wanted or look.start_ns == search.start_ns:
                return found
            look_ns *= LOOKS_GROW

    def _checked(self, candidates: list[Candidate], search: Search) -> list[FoundTrace]:
        parts = self._store.service_parts(
            [candidate.trace_id for candidate in candidates],
            service=search.service,
            operation=search.operation,
            status=search.status,
        )
        found = found_traces(parts)
        exact = [
            (candidate, found[candidate.trace_id]) for candidate in candidates if candidate.trace_id in found
        ]
        # One that began before what was read for it is met again at its own place.
        return [
            trace
            for candidate, trace in exact
            if trace.start_ns >= candidate.start_ns and trace.belongs(search)
        ]


def _order(candidate: Candidate, sort: str) -> tuple[int, int, str]:
    """What pages are sorted by, the greatest first; as in find_traces.sql."""
    duration_ns = candidate.duration_ns if sort == "slowest" else 0
    return duration_ns, candidate.start_ns, candidate.trace_id
