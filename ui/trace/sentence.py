"""The one line above a trace: where its time went, and whether it failed.

Pure text from a rebuilt trace. It names the deepest call that carries at least half of the trace, since
every caller above that call was only waiting for it.
"""

from __future__ import annotations

from query.model.trace import Hop, Trace
from ui.formats import count, duration, named, plural
from ui.trace.tree import TraceTree

# A call that carries less than half of the time is not "where the time went".
_MAIN_SHARE = 0.5


def trace_sentence(trace: Trace, tree: TraceTree) -> str:
    """Sums up a trace in words.

    Examples:
        "This request took 1.24 s; 0.98 s of it was payment → bank." "This request took 12.0 ms, all of it in
        web." "This request failed after 1.24 s; 985 ms of it was payment → bank, which failed."
    """
    columns = tree.spans.columns
    if not columns.statuses:
        return "No span of this trace has arrived."
    failed = columns.statuses[0] == "error"
    opening = "This request failed after" if failed else "This request took"
    total = f"{opening} {duration(trace.duration_ms)}"
    inclusive = _inclusive_critical_ms(tree)
    main = _main_hop(trace, tree, inclusive)
    if main is None:
        body = total + (_repeated_call_clause(trace, tree, inclusive) or _own_work_clause(trace, tree))
    else:
        hop, critical_ms = main
        body = f"{total}; {duration(critical_ms)} of it was {named(hop.caller)} → {named(hop.callee)}"
        body += _gap_clause(hop, critical_ms)
        if hop.error:
            return f"{body}, which failed."
    if trace.error_count and not failed:
        body += f"; {plural(trace.error_count, 'span')} failed"
    return f"{body}."


def _inclusive_critical_ms(tree: TraceTree) -> list[float]:
    """Critical-path time of each span with everything below it."""
    totals, parent = list(tree.spans.columns.critical_ms), tree.parent
    for index in range(len(totals) - 1, -1, -1):
        if parent[index] >= 0:
            totals[parent[index]] += totals[index]
    return totals


def _within_call_ms(hop: Hop, inclusive_ms: float) -> float:
    """Critical-path time at and below a call, at most as long as it was: what it left behind is not it."""
    if hop.kind == "messaging":
        return inclusive_ms
    return min(inclusive_ms, max(hop.client_ms or 0.0, hop.server_ms or 0.0))


def _main_hop(trace: Trace, tree: TraceTree, inclusive: list[float]) -> tuple[Hop, float] | None:
    """The deepest call between services on the critical path for at least half of the trace."""
    best: tuple[int, Hop, float] | None = None
    depths, least_ms = tree.spans.columns.depths, trace.duration_ms * _MAIN_SHARE
    for hop in trace.hops:
        index = tree.position.get(hop.client_span_id or hop.server_span_id or "")
        if index is None or hop.caller == hop.callee or hop.client_span_id is None:
            continue
        critical_ms = _within_call_ms(hop, inclusive[index])
        if critical_ms < least_ms:
            continue
        if best is None or depths[index] > best[0]:
            best = (depths[index], hop, critical_ms)
    return None if best is None else best[1:]


def _gap_clause(hop: Hop, critical_ms: float) -> str:
    """Says so when most of a call was spent outside the callee."""
    if hop.gap_ms is None or hop.gap_ms < critical_ms * _MAIN_SHARE:
        return ""
    where = "in the queue" if hop.kind == "messaging" else "between the two, not in either"
    return f" ({duration(hop.gap_ms)} {where})"


def _repeated_call_clause(trace: Trace, tree: TraceTree, inclusive: list[float]) -> str:
    """Names the two services whose many calls together carry at least half of the trace."""
    totals: dict[tuple[str, str], tuple[int, float]] = {}
    for hop in trace.hops:
        index = tree.position.get(hop.client_span_id or "")
        if index is not None and hop.caller != hop.callee:
            calls, critical_ms = totals.get((hop.caller, hop.callee), (0, 0.0))
            own_ms = _within_call_ms(hop, inclusive[index])
            totals[hop.caller, hop.callee] = (calls + 1, critical_ms + own_ms)
    if not totals:
        return ""
    (caller, callee), (calls, critical_ms) = max(totals.items(), key=lambda pair: pair[1][1])
    if calls < 2 or not trace.duration_ms * _MAIN_SHARE <= critical_ms <= trace.duration_ms:
        return ""
    return f"; {duration(critical_ms)} of it was {count(calls)} calls {named(caller)} → {named(callee)}"


def _own_work_clause(trace: Trace, tree: TraceTree) -> str:
    """Names the service whose own work led when no single call did."""
    work: dict[str, float] = {}
    columns = tree.spans.columns
    for service, critical_ms in zip(columns.services, columns.critical_ms, strict=True):
        work[service] = work.get(service, 0.0) + critical_ms
    service, critical_ms = max(work.items(), key=lambda pair: pair[1])
    if len(work) == 1:
        return f", all of it in {named(service)}"
    if critical_ms >= trace.duration_ms * _MAIN_SHARE:
        return f"; {duration(critical_ms)} of it was {named(service)}'s own work"
    most = f"the most, {duration(critical_ms)}, was {named(service)}'s own work"
    return f" across {count(len(work))} services; {most}"
