"""Finds the calls between services in a set of spans: the meaning of a hop, written to be read.

Rules H1–H9 of docs/links.md. This module is the oracle: `query.links.frames` does the same over many
spans at once and a property test compares every number. The trace page uses it for the hops of one trace.
Pure; reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from query.links.peer import Protocol, peer_of, protocol_of, text
from query.links.sampling import weight_of
from query.links.sidecar import MAX_CHAIN, is_sidecar, serves
from query.links.span import CALLEE_KINDS, CALLER_KINDS, FoundHop, LinkSpan
from query.model.link import LinkKind, NodeKind

USER = "user"
# Caller spans inside caller spans are followed up to this many levels.
MAX_NESTING = 6

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who called: the service, its span if one was observed, and the proxies passed on the way."""

    service: str
    client: LinkSpan | None
    passed: tuple[Key, ...]
    kind: NodeKind = "service"


def find_hops(
    spans: Iterable[LinkSpan], *, now_ns: int | None = None, late_ns: int = 10_000_000_000
) -> list[FoundHop]:
    """All calls in these spans, by start.

    Args:
        spans: Spans of any traces in any order; copies of a span count once.
        now_ns: The current time. A caller without a callee that was stored less than `late_ns` before is not
            a call to a virtual node yet (its callee may be late), except to a database. None: all are.
        late_ns: How long a callee may be late.
    """
    by_key = {span.key: span for span in spans}
    hops: list[FoundHop] = []
    called: set[Key] = set()
    passed: set[Key] = set()
    for span in by_key.values():
        caller = _caller_of(span, by_key)
        linked = _linked_callers(span, by_key)
        if caller and caller.client:
            linked = [client for client in linked if client.key != caller.client.key]
        if caller and (caller.client or not linked):
            hops.append(_observed_hop(caller, span))
            passed.update(caller.passed)
            if caller.client:
                called.add(caller.client.key)
        for client in linked:
            hops.append(_linked_hop(client, span))
            called.add(client.key)
    # A proxy's SERVER span between a caller and the service it stands before is no callee (H8).
    hops = [hop for hop in hops if hop.server is None or hop.server.key not in passed]
    called = _with_outer(called, by_key)
    for span in by_key.values():
        late = now_ns is not None and span.received_ns > now_ns - late_ns
        if span.key not in called and (hop := _virtual_hop(span, by_key, late=late)):
            hops.append(hop)
    return sorted(hops, key=lambda hop: (hop.start_ns, hop.caller, hop.callee, hop.kind, hop.operation))


def _caller_of(span: LinkSpan, by_key: dict[Key, LinkSpan]) -> _Caller | None:
    """H1, H4, H5, H8: who made the call that this span answers, by its parent."""
    if span.kind not in CALLEE_KINDS:
        return _caller_of_internal(span, by_key)
    stand_in: LinkSpan | None = None
    passed: list[Key] = []
    current = span
    for _ in range(MAX_CHAIN + 1):
        if not current.parent_span_id:
            if stand_in:
                break
            return _Caller(USER, None, tuple(passed), "user") if span.kind == "server" else None
        parent = by_key.get(current.parent_key)
        if parent is None:
            break
        if not is_sidecar(parent):
            return _called_by(parent, stand_in, span, tuple(passed))
        own = not is_sidecar(span) and serves(parent.service, span.service)
        if parent.kind in CALLEE_KINDS and stand_in:
            break
        if parent.kind in CALLER_KINDS and not own:
            stand_in = parent
        passed.append(parent.key)
        current = parent
    return _Caller(stand_in.service, stand_in, tuple(passed)) if stand_in else None


def _called_by(
    parent: LinkSpan, stand_in: LinkSpan | None, span: LinkSpan, passed: tuple[Key, ...]
) -> _Caller | None:
    client = parent if parent.kind in CALLER_KINDS else stand_in
    if client is None and parent.service == span.service:
        return None
    return _Caller(parent.service, client, passed)


def _caller_of_internal(span: LinkSpan, by_key: dict[Key, LinkSpan]) -> _Caller | None:
    """H5: work of another service under a parent, without a SERVER span."""
    parent = by_key.get(span.parent_key)
    if span.kind in CALLER_KINDS or parent is None or not span.parent_span_id:
        return None
    if parent.service == span.service or is_sidecar(parent) or is_sidecar(span):
        return None
    return _Caller(parent.service, parent if parent.kind in CALLER_KINDS else None, ())


def _linked_callers(span: LinkSpan, by_key: dict[Key, LinkSpan]) -> list[LinkSpan]:
    """H2: the distinct producers that a consumer's span links name."""
    if span.kind not in CALLEE_KINDS:
        return []
    targets = [by_key[key] for key in dict.fromkeys(span.span_links) if key in by_key]
    return [target for target in targets if target.kind in CALLER_KINDS]


def _observed_hop(caller: _Caller, span: LinkSpan) -> FoundHop:
    return _hop(caller.service, caller.client, span, _kind_of(caller.client, span), caller.kind)


def _linked_hop(client: LinkSpan, span: LinkSpan) -> FoundHop:
    return _hop(client.service, client, span, "messaging")


def _hop(
    caller: str,
    client: LinkSpan | None,
    server: LinkSpan,
    kind: LinkKind,
    caller_kind: NodeKind = "service",
) -> FoundHop:
    gap_ns = None
    if client is not None and kind == "messaging":
        gap_ns = max(0, server.start_ns - client.end_ns)
    elif client is not None:
        gap_ns = max(0, client.duration_ns - server.duration_ns)
    sides = [side for side in (client, server) if side]
    return FoundHop(
        caller=caller,
        callee=server.service,
        kind=kind,
        operation=server.name,
        client=client,
        server=server,
        gap_ns=gap_ns,
        error=any(side.error for side in sides),
        weight=max(_weight(side) for side in sides),
        caller_kind=caller_kind,
    )


def _kind_of(client: LinkSpan | None, server: LinkSpan) -> LinkKind:
    """H6: the client's word first, then the server's; a plain call without attributes is `rpc`."""
    if server.kind not in CALLEE_KINDS:
        return "internal"
    if server.kind == "consumer" or (client and client.kind == "producer"):
        return "messaging"
    spoken: Protocol = protocol_of(client.kind, client.attributes) if client else ""
    return spoken or protocol_of(server.kind, server.attributes) or "rpc"


def _with_outer(called: set[Key], by_key: dict[Key, LinkSpan]) -> set[Key]:
    """H3: a call made inside another caller span of the same service is the outer span's call too."""
    covered = set(called)
    inner = called
    for _ in range(MAX_NESTING):
        inner = {by_key[key].parent_key for key in inner if _is_nested(by_key[key], by_key)}
        covered |= inner
    return covered


def _is_nested(span: LinkSpan, by_key: dict[Key, LinkSpan]) -> bool:
    parent = by_key.get(span.parent_key)
    if parent is None or not span.parent_span_id or span.kind not in CALLER_KINDS:
        return False
    return parent.kind in CALLER_KINDS and (parent.service == span.service or is_sidecar(span))


def _virtual_hop(span: LinkSpan, by_key: dict[Key, LinkSpan], *, late: bool) -> FoundHop | None:
    """H3: a call whose callee sends no spans."""
    peer = peer_of(span.kind, span.attributes)
    if peer is None or _is_nested(span, by_key) or (late and peer.kind != "database"):
        return None
    return FoundHop(
        caller=span.service,
        callee=peer.name,
        kind=peer.kind,
        operation=span.name,
        client=span,
        server=None,
        gap_ns=None,
        error=span.error,
        weight=_weight(span),
        callee_kind=peer.kind,
    )


def _weight(span: LinkSpan) -> float:
    return weight_of(span.trace_state, text(span.attributes, "SampleRate"))
