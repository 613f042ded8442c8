"""The linker's spans as the frame that `link_spans` would hold, and hops as plain rows to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import polars as pl

from query.links.frames import NO_SPANS
from query.links.peer import peer_of, protocol_of, text
from query.links.sampling import weight_of
from query.links.sidecar import is_sidecar
from query.links.span import FoundHop, LinkSpan

KIND_NUMBERS = {"unspecified": 0, "internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}


def frame_of(spans: Iterable[LinkSpan]) -> pl.DataFrame:
    """What the reader would return for these spans."""
    rows = [_row(span) for span in {span.key: span for span in spans}.values()]
    return pl.DataFrame(rows, schema=NO_SPANS.schema, orient="row")


def rows_of_frame(hops: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Hops of the frame, sorted."""
    return sorted(
        (
            hop["start_ns"],
            hop["caller"],
            hop["callee"],
            hop["kind"],
            hop["caller_kind"],
            hop["callee_kind"],
            hop["operation"],
            _number(hop["client_ns"]),
            _number(hop["server_ns"]),
            _number(hop["gap_ns"]),
            hop["error"],
            hop["callee_error"],
            round(hop["weight"], 9),
            bytes(hop["trace_id"]).hex(),
            int(hop["span_id"]).to_bytes(8, "little").hex(),
        )
        for hop in hops.iter_rows(named=True)
    )


def rows_of_hops(hops: Iterable[FoundHop]) -> list[tuple[Any, ...]]:
    """Hops of the oracle in the same form."""
    return sorted(_hop_row(hop) for hop in hops)


def _hop_row(hop: FoundHop) -> tuple[Any, ...]:
    side = hop.server or hop.client
    assert side is not None
    in_trace = hop.client is not None and hop.client.trace_id == side.trace_id
    return (
        hop.start_ns,
        hop.caller,
        hop.callee,
        hop.kind,
        hop.caller_kind,
        hop.callee_kind,
        hop.operation,
        _number(hop.client.duration_ns if hop.client else None),
        _number(hop.server.duration_ns if hop.server else None),
        _number(hop.gap_ns),
        hop.error,
        hop.callee_error,
        round(hop.weight, 9),
        side.trace_id,
        hop.client.span_id if in_trace and hop.client else side.span_id,
    )


def _number(value: int | None) -> int:
    return -1 if value is None else value


def _key(trace_id: str, span_id: str) -> int:
    digest = hashlib.blake2b((trace_id + span_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _row(span: LinkSpan) -> tuple[object, ...]:
    peer = peer_of(span.kind, span.attributes)
    return (
        span.start_ns // 10**10 * 10,
        bytes.fromhex(span.trace_id),
        int.from_bytes(bytes.fromhex(span.span_id), "little"),
        _key(*span.key),
        _key(*span.parent_key) if span.parent_span_id else 0,
        span.start_ns,
        span.duration_ns,
        KIND_NUMBERS[span.kind],
        span.service,
        span.name,
        span.error,
        protocol_of(span.kind, span.attributes),
        is_sidecar(span),
        peer.name if peer else "",
        weight_of(span.trace_state, text(span.attributes, "SampleRate")),
        [_key(*link) for link in span.span_links],
        span.received_ns // 10**9,
    )
