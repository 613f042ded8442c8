"""Finds the calls inside one trace: `query.links.linker` over the columns of a trace that has its tree.

The rules (H1–H8 of docs/links.md) are the linker's, which stays the oracle: a property test compares every
call. This one exists because making an object per span to ask it took half the time of rebuilding a trace of
100,000 spans. Spans are known by their place in the columns. Pure.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from query.links.linker import MAX_NESTING, USER
from query.links.sidecar import MAX_CHAIN, serves, sidecar_process
from query.links.span import CALLEE_KINDS, CALLER_KINDS
from query.model.link import LinkKind
from query.traces.columns import SpanColumns
from query.traces.tree import ROOT, Forest

# How long a callee may be late.
LATE_NS = 10_000_000_000
# Start, caller, callee, kind, operation.
_ORDER = itemgetter(0, 1, 2, 3, 4)


class Call(NamedTuple):
    """One call; `client` and `server` are places of spans, None where none was observed."""

    start_ns: int
    caller: str
    callee: str
    kind: LinkKind
    operation: str
    client: int | None
    server: int | None
    gap_ns: int | None
    error: bool


class _Caller(NamedTuple):
    service: str
    client: int | None
    passed: list[int]


def find_calls(
    trace_id: str, spans: SpanColumns, forest: Forest, *, now_ns: int, late_ns: int = LATE_NS
) -> list[Call]:
    """All calls of a trace, in the order of `query.links.linker.find_hops`, which describes the arguments."""
    finder = _Finder(trace_id, spans, forest)
    calls = finder.observed()
    calls += finder.virtual(late_after_ns=now_ns - late_ns)
    calls.sort(key=_ORDER)
    return calls


class _Finder:
    def __init__(self, trace_id: str, spans: SpanColumns, forest: Forest) -> None:
        self._trace_id = trace_id
        self._spans = spans
        self._parent = forest.parent
        self._cut = frozenset(forest.cut)
        self._place = {span_id: place for place, span_id in enumerate(spans.span_ids)}
        self._sidecar = _sidecars(spans)
        self._called: set[int] = set()

    def observed(self) -> list[Call]:
        """Calls whose callee was seen; notes which caller spans were answered."""
        calls: list[Call] = []
        passed: set[int] = set()
        spans, parent, sidecar, called = self._spans, self._parent, self._sidecar, self._called
        kinds, services = spans.kinds, spans.services
        for place, kind in enumerate(kinds):
            if kind in CALLER_KINDS:
                continue
            above = parent[place]
            if kind in CALLEE_KINDS and above != ROOT and not sidecar[above] and not spans.links[place]:
                # What `_caller` would say of nearly all calls.
                if kinds[above] in CALLER_KINDS:
                    calls.append(self._observed(services[above], above, place))
                    called.add(above)
                elif services[above] != services[place]:
                    calls.append(self._observed(services[above], None, place))
                continue
            caller = self._caller(place) if kind in CALLEE_KINDS else self._caller_of_internal(place)
            linked = self._linked_callers(place, caller) if kind in CALLEE_KINDS else []
            if caller and (caller.client is not None or not linked):
                calls.append(self._observed(caller.service, caller.client, place))
                passed.update(caller.passed)
                if caller.client is not None:
                    called.add(caller.client)
            for client in linked:
                calls.append(self._observed(services[client], client, place, "messaging"))
                called.add(client)
        return [call for call in calls if call.server not in passed] if passed else calls

    def virtual(self, late_after_ns: int) -> list[Call]:
        """H3: calls whose callee sends no spans; after `observed`."""
        spans = self._spans
        called = self._with_outer()
        calls = []
        for place, kind in enumerate(spans.kinds):
            if kind not in CALLER_KINDS or place in called or self._is_nested(place):
                continue
            peer = spans.said_by_each[place].peer
            if peer is None or (spans.received_ns[place] > late_after_ns and peer.kind != "database"):
                continue
            calls.append(
                Call(
                    *(spans.start_ns[place], spans.services[place], peer.name, peer.kind, spans.names[place]),
                    *(place, None, None, spans.statuses[place] == "error"),
                )
            )
        return calls

    def _caller(self, place: int) -> _Caller | None:
        """H1, H4, H5, H8: who made the call that this SERVER or CONSUMER span answers, by its parent."""
        kinds, services = self._spans.kinds, self._spans.services
        stand_in: int | None = None
        passed: list[int] = []
        current = place
        for _ in range(MAX_CHAIN + 1):
            above = self._parent[current]
            if above == ROOT:
                if stand_in is None and kinds[place] == "server" and self._is_root(current):
                    return _Caller(USER, None, passed)
                break
            if not self._sidecar[above]:
                client = above if kinds[above] in CALLER_KINDS else stand_in
                if client is None and services[above] == services[place]:
                    return None
                return _Caller(services[above], client, passed)
            own = serves(services[above], services[place]) and not self._sidecar[place]
            if kinds[above] in CALLEE_KINDS and stand_in is not None:
                break
            if kinds[above] in CALLER_KINDS and not own:
                stand_in = above
            passed.append(above)
            current = above
        return None if stand_in is None else _Caller(services[stand_in], stand_in, passed)

    def _is_root(self, place: int) -> bool:
        return not self._spans.parent_ids[place] or place in self._cut

    def _caller_of_internal(self, place: int) -> _Caller | None:
        """H5: work of another service under a parent, without a SERVER span."""
        above = self._parent[place]
        services = self._spans.services
        if above == ROOT or services[above] == services[place]:
            return None
        if self._sidecar[above] or self._sidecar[place]:
            return None
        return _Caller(services[above], above if self._spans.kinds[above] in CALLER_KINDS else None, [])

    def _linked_callers(self, place: int, caller: _Caller | None) -> list[int]:
        """H2: the distinct producers of this trace that a callee's span links name, its caller aside."""
        named = dict.fromkeys(
            self._place.get(link.span_id, ROOT)
            for link in self._spans.links[place]
            if link.trace_id == self._trace_id
        )
        kinds = self._spans.kinds
        known = caller.client if caller else None
        return [one for one in named if one != ROOT and one != known and kinds[one] in CALLER_KINDS]

    def _observed(self, caller: str, client: int | None, server: int, kind: LinkKind | None = None) -> Call:
        spans = self._spans
        start_ns, end_ns = spans.start_ns, spans.end_ns
        kind = kind or self._kind(client, server)
        failed = spans.statuses[server] == "error"
        gap_ns = None
        if client is not None:
            failed = failed or spans.statuses[client] == "error"
            gap_ns = start_ns[server] - end_ns[client]
            if kind != "messaging":
                gap_ns = (end_ns[client] - start_ns[client]) - (end_ns[server] - start_ns[server])
            gap_ns = max(0, gap_ns)
        return Call(
            *(start_ns[server], caller, spans.services[server], kind, spans.names[server]),
            *(client, server, gap_ns, failed),
        )

    def _kind(self, client: int | None, server: int) -> LinkKind:
        """H6."""
        kinds = self._spans.kinds
        if kinds[server] not in CALLEE_KINDS:
            return "internal"
        if kinds[server] == "consumer" or (client is not None and kinds[client] == "producer"):
            return "messaging"
        spoken = "" if client is None else self._spans.said_by_each[client].protocol
        return spoken or self._spans.said_by_each[server].protocol or "rpc"

    def _with_outer(self) -> set[int]:
        """H3: a call made inside another caller span of the same service is the outer span's call too."""
        covered = set(self._called)
        inner = self._called
        for _ in range(MAX_NESTING):
            inner = {self._parent[place] for place in inner if self._is_nested(place)}
            covered |= inner
        return covered

    def _is_nested(self, place: int) -> bool:
        above = self._parent[place]
        kinds, services = self._spans.kinds, self._spans.services
        if above == ROOT or kinds[above] not in CALLER_KINDS or kinds[place] not in CALLER_KINDS:
            return False
        return services[above] == services[place] or self._sidecar[place]


def _sidecars(spans: SpanColumns) -> list[bool]:
    """Whether a proxy made each span."""
    proxies = proxy_processes(spans)
    made_by = zip(spans.said_by_each, spans.resource_of, spans.scope_of, strict=True)
    return [said.proxied or (resource, scope) in proxies for said, resource, scope in made_by]


def proxy_processes(spans: SpanColumns) -> set[tuple[int, int]]:
    """Which pairs of a resource and a scope, by their numbers, are a proxy's; few pairs are looked at."""
    pairs: list[tuple[int, int]] = spans.table.select("resource", "scope").unique().rows()
    return {
        (resource, scope)
        for resource, scope in pairs
        if sidecar_process(spans.resources[resource], spans.scopes[scope].name)
    }
