"""A trace made ready for drawing: tree, timeline, hop times and critical segments, computed once.

Pure. The waterfall, the columns for the script, the flame view and the drawer all read this and nothing
else, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from query.model.span_list import TreeColumns, span_list
from query.model.trace import Hop, Trace
from ui.trace.critical_bars import CriticalPath, Segment, critical_path
from ui.trace.folding import FoldGroup, fold_groups
from ui.trace.marks import Mark, span_marks
from ui.trace.timeline import Timeline, build_timeline
from ui.trace.tree import TraceTree, build_tree


@dataclass(frozen=True, slots=True)
class TraceView:
    """One trace with everything the page derives from it; indices are positions in `trace.spans`."""

    trace: Trace
    tree: TraceTree
    timeline: Timeline
    critical: CriticalPath
    hop_of_client: dict[int, Hop]
    folds: list[FoldGroup]
    marks: dict[int, list[Mark]]

    @property
    def columns(self) -> TreeColumns:
        """The spans' fields by position."""
        return self.tree.spans.columns

    def server_part(self, index: int) -> Segment | None:
        """The callee's span inside a client span's bar, clamped to it, in ns after the origin.

        None where the callee was not observed, or runs after the call as messaging does.
        """
        hop = self.hop_of_client.get(index)
        if hop is None or hop.kind == "messaging" or hop.server_span_id is None:
            return None
        server = self.tree.position.get(hop.server_span_id)
        if server is None:
            return None
        start = self.timeline.start_ns[index]
        end = start + self.timeline.duration_ns[index]
        from_ns = min(max(self.timeline.start_ns[server], start), end)
        to_ns = min(self.timeline.start_ns[server] + self.timeline.duration_ns[server], end)
        return from_ns, max(to_ns, from_ns)


def build_view(trace: Trace, *, raw: bool = False) -> TraceView:
    """Derives everything once.

    Args:
        trace: The trace.
        raw: Draw the clocks' own times instead of skew-corrected ones.
    """
    spans = span_list(trace.spans)
    tree = build_tree(spans)
    timeline = build_timeline(spans, raw=raw)
    hops: dict[int, Hop] = {}
    for hop in trace.hops:
        position = tree.position.get(hop.client_span_id or "")
        if position is not None:
            hops.setdefault(position, hop)
    return TraceView(
        trace, tree, timeline, critical_path(tree, timeline), hops, fold_groups(tree), _marks(tree)
    )


def _marks(tree: TraceTree) -> dict[int, list[Mark]]:
    """Marks by position; most spans have none."""
    columns = tree.spans.columns
    missing = {root: columns.parent_span_ids[root] for root in tree.roots() if columns.parent_span_ids[root]}
    skewed = {index for index, skew_ms in enumerate(columns.skew_ms) if skew_ms}
    return {
        index: span_marks(missing.get(index, ""), columns.skew_ms[index], columns.warnings.get(index, ()))
        for index in sorted({*missing, *skewed, *columns.warnings})
    }
