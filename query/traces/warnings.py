"""What a reader of a trace must be told: missing parents, moved clocks, copies left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from query.traces.columns import SpanColumns
from query.traces.tree import Forest

NS_PER_MS = 1_000_000
# What a later start is stored as (`to_time` in storage/sql/migrations/0002_ingest.sql), and what none is.
_LATEST_NS = 4_294_967_295 * 1_000_000_000
_IMPOSSIBLE_STARTS = {
    _LATEST_NS: "its start is later than can be stored; shown as 2106-02-07 06:28:15 UTC",
    0: "it came without a start time; shown as 1970-01-01 00:00:00 UTC",
}


def span_warnings(
    spans: SpanColumns, forest: Forest, shifts_ns: Sequence[int], left_out: Mapping[str, int]
) -> dict[int, list[str]]:
    """Warnings by the place of the span; most spans have none.

    Args:
        spans: The spans.
        forest: Their trees.
        shifts_ns: Clock shift of each span.
        left_out: Of span ids that came with different contents, how many are not shown.
    """
    warnings: dict[int, list[str]] = {}
    for start_ns, told in _IMPOSSIBLE_STARTS.items():
        for index in (spans.table["start_ns"] == start_ns).arg_true():
            warnings.setdefault(index, []).append(told)
    for index in forest.missing:
        warnings.setdefault(index, []).append(
            f"its parent {spans.parent_ids[index][:32]} has not arrived; shown as a root"
        )
    for index in forest.cut:
        itself = spans.parent_ids[index] == spans.span_ids[index]
        reason = "it names itself as its parent" if itself else "its parents form a circle"
        warnings.setdefault(index, []).append(f"{reason}; shown as a root")
    for index, shift_ns in enumerate(shifts_ns):
        if shift_ns:
            warnings.setdefault(index, []).append(
                f"clock skew: moved by {shift_ns / NS_PER_MS:+.3f} ms to fit into its caller"
            )
    if left_out:
        for index, span_id in enumerate(spans.span_ids):
            if count := left_out.get(span_id):
                warnings.setdefault(index, []).append(
                    f"{_counted(count, 'other span')} came with the same id and different content; "
                    "the longest is shown"
                )
    return warnings


def trace_warnings(
    spans: SpanColumns, forest: Forest, shifts_ns: Sequence[int], left_out: Mapping[str, int]
) -> list[str]:
    """Warnings about the trace as a whole; arguments as above."""
    missing, cut, moved = len(forest.missing), len(forest.cut), _count_true(shifts_ns)
    found = []
    if impossible := int(spans.table["start_ns"].is_in(list(_IMPOSSIBLE_STARTS)).sum()):
        found.append(f"{_counted(impossible, 'span')} with a start time that cannot be")
    if missing:
        names = "names a parent that has" if missing == 1 else "name a parent that has"
        found.append(f"{_counted(missing, 'span')} {names} not arrived")
    if cut:
        found.append(f"{_counted(cut, 'circle')} of parents cut")
    if moved:
        found.append(f"clock skew: {_counted(moved, 'span')} moved for display; start times are as sent")
    if left_out:
        found.append(f"{_counted(len(left_out), 'span id')} came with different contents")
    return found


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _count_true(values: Iterable[int]) -> int:
    return sum(1 for value in values if value)
