from __future__ import annotations

from query.model.trace import Attributes, Hop, SpanKind
from query.traces.durations import NS_PER_MS
from query.traces.hops import hops_of_trace
from query.traces.said import said_by
from query.traces.tree import build_forest
from tests.query.traces.sketched import span_columns

TRACE_ID = "ab" * 16
NOW_NS = 1_000_000 * NS_PER_MS

Sketch = tuple[str, str, str, SpanKind, int, int, Attributes]


def hops(sketches: list[Sketch], shifts_ms: list[int], received_ns: int = 0) -> list[Hop]:
    """Hops of spans sketched as (id, parent, service, kind, start ms, end ms, attributes)."""
    ids, parents, services, kinds, starts, ends, attributes = zip(*sketches, strict=True)
    size = len(ids)
    start_ns = [start * NS_PER_MS for start in starts]
    spans = span_columns(
        span_ids=ids,
        parent_ids=parents,
        services=services,
        names=ids,
        kinds=kinds,
        start_ns=start_ns,
        end_ns=[end * NS_PER_MS for end in ends],
        said=[said_by(kind, said) for kind, said in zip(kinds, attributes, strict=True)],
        received_ns=[received_ns] * size,
    )
    forest = build_forest(ids, parents, start_ns)
    shifts_ns = [shift * NS_PER_MS for shift in shifts_ms]
    return hops_of_trace(TRACE_ID, spans, forest, shifts_ns, [NS_PER_MS] * size, NOW_NS).hops()


def test_the_gap_is_split_after_skew_correction() -> None:
    [hop] = hops(
        [("c", "x", "shop", "client", 0, 100, {}), ("s", "c", "bank", "server", 500, 560, {})], [0, -470]
    )
    assert (hop.gap_ms, hop.request_gap_ms, hop.response_gap_ms) == (40.0, 30.0, 10.0)
    assert hop.critical_ms == 2.0


def test_halves_never_exceed_the_gap() -> None:
    [hop] = hops(
        [("c", "x", "shop", "client", 0, 100, {}), ("s", "c", "bank", "server", 90, 185, {})], [0, 0]
    )
    assert (hop.gap_ms, hop.request_gap_ms, hop.response_gap_ms) == (5.0, 5.0, 0.0)


def test_a_message_waits_before_it_is_taken_and_has_no_response() -> None:
    [hop] = hops(
        [("p", "x", "shop", "producer", 0, 10, {}), ("q", "p", "mail", "consumer", 60, 90, {})], [0, 0]
    )
    assert (hop.kind, hop.gap_ms, hop.request_gap_ms, hop.response_gap_ms) == ("messaging", 50.0, 50.0, 0.0)


def test_a_database_is_a_virtual_node_without_gap() -> None:
    [hop] = hops([("c", "x", "shop", "client", 0, 7, {"db.system.name": "postgresql"})], [0])
    assert (hop.callee, hop.kind, hop.server_span_id, hop.client_ms) == ("postgresql", "database", None, 7.0)
    assert (hop.gap_ms, hop.request_gap_ms, hop.server_ms) == (None, None, None)


def test_a_callee_that_may_still_arrive_is_no_external_system_yet() -> None:
    call: Sketch = ("c", "x", "shop", "client", 0, 7, {"server.address": "api.example.com"})
    assert hops([call], [0], received_ns=NOW_NS) == []
    assert [hop.callee for hop in hops([call], [0])] == ["api.example.com"]
