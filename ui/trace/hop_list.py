"""The calls between services inside one trace, worst first, each told as text.

Pure. "Worst" is time on the critical path: what the person waited for. Calls between the same two services
are one row that tells the worst of them; the waterfall has every one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from query.model.link import NodeKind
from query.model.trace import Hop
from ui.formats import count, duration, named
from ui.palette import hue_class


@dataclass(frozen=True, slots=True)
class HopRow:
    """Calls from one service to another; `hop` is the worst.

    `share` is the worst call's part of the trace and `gap_share` the gap's part of that call, in percent.
    """

    hop: Hop
    calls: int
    errors: int
    times: str
    others: str
    halves: str
    critical: str
    share: float
    gap_share: float
    span_id: str
    caller_kind: NodeKind
    hue: str


@dataclass(frozen=True, slots=True)
class HopPair:
    """All calls of one kind from one service to another, and the worst of them."""

    worst: Hop
    calls: list[Hop]
    critical_ms: float


def hop_pairs(hops: Sequence[Hop]) -> list[HopPair]:
    """The calls by caller, callee and kind, in the order of the critical time of all of a pair's calls."""
    pairs: dict[tuple[str, str, str], list[Hop]] = {}
    for hop in hops:
        pairs.setdefault((hop.caller, hop.callee, hop.kind), []).append(hop)
    found = [
        HopPair(min(calls, key=_badness), calls, fsum([hop.critical_ms for hop in calls]))
        for calls in pairs.values()
    ]
    return sorted(found, key=lambda pair: (-pair.critical_ms, _badness(pair.worst)))


def hop_rows(pairs: Sequence[HopPair], total_ms: float) -> list[HopRow]:
    """One row for each pair."""
    return [_row(pair, max(total_ms, 1e-9)) for pair in pairs]


def _badness(hop: Hop) -> tuple[float, bool, float]:
    return -hop.critical_ms, not hop.error, -_hop_ms(hop)


def _hop_ms(hop: Hop) -> float:
    return hop.client_ms if hop.client_ms is not None else hop.server_ms or 0.0


def hop_times(hop: Hop) -> str:
    """The call's times in words: `812 ms = server 803 ms + gap 9.00 ms`.

    For messaging the two sides do not nest: `queued 5.50 ms, then 17.0 ms in email`.
    """
    if hop.kind == "messaging" and hop.server_ms is not None:
        queued = f"queued {duration(hop.gap_ms)}, then " if hop.gap_ms is not None else ""
        return f"{queued}{duration(hop.server_ms)} in {named(hop.callee)}"
    if hop.client_ms is None:
        return f"server {duration(hop.server_ms)}, caller not observed"
    if hop.server_ms is None:
        return f"{duration(hop.client_ms)}, callee not observed"
    if hop.server_ms > hop.client_ms:
        return f"{duration(hop.client_ms)}, server {duration(hop.server_ms)}: it went on after answering"
    return f"{duration(hop.client_ms)} = server {duration(hop.server_ms)} + gap {duration(hop.gap_ms)}"


def _row(pair: HopPair, total_ms: float) -> HopRow:
    hop, calls = pair.worst, pair.calls
    caller_kind: NodeKind = "user" if hop.caller == "user" and hop.client_span_id is None else "service"
    halves = ""
    if hop.request_gap_ms is not None and hop.response_gap_ms is not None:
        halves = f"request {duration(hop.request_gap_ms)}, response {duration(hop.response_gap_ms)}"
    others = ""
    if len(calls) > 1:
        others = f"the worst of {count(len(calls))} calls, {duration(fsum(map(_hop_ms, calls)))} in all"
    gap_ms = 0.0 if hop.kind == "messaging" else min(max(hop.gap_ms or 0.0, 0.0), _hop_ms(hop))
    return HopRow(
        hop=hop,
        calls=len(calls),
        errors=sum(one.error for one in calls),
        times=hop_times(hop),
        others=others,
        halves=halves,
        critical=duration(pair.critical_ms),
        share=min(_hop_ms(hop) / total_ms * 100, 100.0),
        gap_share=gap_ms / _hop_ms(hop) * 100 if gap_ms else 0.0,
        span_id=hop.client_span_id or hop.server_span_id or "",
        caller_kind=caller_kind,
        hue=hue_class(hop.caller) if caller_kind == "service" else "",
    )
