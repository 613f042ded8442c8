"""Where on each span's bar the critical path runs.

Pure. The query side says how much of a span is critical; this places it: a critical span's own part is what
its critical children leave uncovered.
"""

from __future__ import annotations

from ui.trace.timeline import Timeline
from ui.trace.tree import TraceTree

Segment = tuple[int, int]


def critical_segments(tree: TraceTree, timeline: Timeline) -> dict[int, list[Segment]]:
    """Own critical segments of spans with critical time, as (start, end) in ns after the origin."""
    reaches = [span.critical_ms > 0 for span in tree.spans]
    for index in range(len(reaches) - 1, -1, -1):
        if reaches[index] and tree.parent[index] >= 0:
            reaches[tree.parent[index]] = True
    segments: dict[int, list[Segment]] = {}
    for index, span in enumerate(tree.spans):
        if span.critical_ms <= 0:
            continue
        start = timeline.start_ns[index]
        covered = [
            (timeline.start_ns[child], timeline.start_ns[child] + timeline.duration_ns[child])
            for child in tree.children(index)
            if reaches[child]
        ]
        if own := _uncovered(start, start + timeline.duration_ns[index], covered):
            segments[index] = own
    return segments


def _uncovered(start: int, end: int, covered: list[Segment]) -> list[Segment]:
    """What `covered` leaves of [start, end)."""
    left: list[Segment] = []
    cursor = start
    for from_ns, to_ns in sorted(covered):
        if from_ns > cursor:
            left.append((cursor, min(from_ns, end)))
        cursor = max(cursor, to_ns)
        if cursor >= end:
            return left
    left.append((cursor, end))
    return left
