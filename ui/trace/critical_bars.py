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
    critical_ms = tree.spans.columns.critical_ms
    covered = _covered_by_children(tree, timeline)
    segments: dict[int, list[Segment]] = {}
    for index, (own_ms, start, length) in enumerate(
        zip(critical_ms, timeline.start_ns, timeline.duration_ns, strict=True)
    ):
        if own_ms <= 0:
            continue
        children = covered.get(index)
        if children is None:
            segments[index] = [(start, start + length)]
        elif own := _uncovered(start, start + length, children):
            segments[index] = own
    return segments


def joined(segments: list[Segment], distance_ns: float) -> list[Segment]:
    """The same segments with those made one that are less than `distance_ns` apart.

    A span with 20,000 children has as many pieces of its own; a screen shows a thousand.
    """
    whole: list[Segment] = []
    for start, end in segments:
        if whole and start - whole[-1][1] < distance_ns:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _covered_by_children(tree: TraceTree, timeline: Timeline) -> dict[int, list[Segment]]:
    """When the children ran that have critical time, they or spans below them; by position of the parent."""
    reaches = [own_ms > 0 for own_ms in tree.spans.columns.critical_ms]
    covered: dict[int, list[Segment]] = {}
    # Backwards, so that what lies below a span is known when its turn comes.
    for index in range(len(reaches) - 1, -1, -1):
        above = tree.parent[index]
        if reaches[index] and above >= 0:
            reaches[above] = True
            start = timeline.start_ns[index]
            covered.setdefault(above, []).append((start, start + timeline.duration_ns[index]))
    return covered


def _uncovered(start: int, end: int, covered: list[Segment]) -> list[Segment]:
    """What `covered` leaves of [start, end)."""
    left: list[Segment] = []
    cursor = start
    for from_ns, to_ns in sorted(covered):
        if from_ns > cursor:
            left.append((cursor, from_ns if from_ns < end else end))
        if to_ns > cursor:
            cursor = to_ns
        if cursor >= end:
            return left
    left.append((cursor, end))
    return left
