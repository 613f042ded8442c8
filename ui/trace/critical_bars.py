"""Where on each span's bar the critical path runs.

Pure. The query side says how much of a span is critical; this places it: a critical span's own part is what
its critical children leave uncovered.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.trace.timeline import Timeline
from ui.trace.tree import NO_PARENT, TraceTree

Segment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """Where spans decide a trace's duration; asked row by row, since few of a trace's rows are drawn.

    The page's script works out the same from the same numbers (static/trace-model.js): change both together.

    Attributes:
        reaches: Whether a span or one below it has critical time, by position.
    """

    tree: TraceTree
    timeline: Timeline
    reaches: list[bool]

    def segments(self, index: int) -> list[Segment]:
        """A span's own critical segments as (start, end) in ns after the origin; most spans have none."""
        if self.tree.spans.columns.critical_ms[index] <= 0:
            return []
        covered = [self._extent(child) for child in self.tree.children(index) if self.reaches[child]]
        return _uncovered(*self._extent(index), covered)

    def _extent(self, index: int) -> Segment:
        start = self.timeline.start_ns[index]
        return start, start + self.timeline.duration_ns[index]


def critical_path(tree: TraceTree, timeline: Timeline) -> CriticalPath:
    """Finds what the critical path runs through."""
    reaches = [own_ms > 0 for own_ms in tree.spans.columns.critical_ms]
    # Backwards, so that what lies below a span is known when its turn comes.
    for index in range(len(reaches) - 1, -1, -1):
        above = tree.parent[index]
        if reaches[index] and above != NO_PARENT:
            reaches[above] = True
    return CriticalPath(tree, timeline, reaches)


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
