"""Which span each moment of a trace was waiting for: the critical path.

The walk of CRISP (Zhang et al., USENIX ATC 2022, https://www.usenix.org/conference/atc22/presentation/zhang-zhizhou):
go back in time from the end of a span; the last child to finish before that moment is what the span waited
for, so the path goes through the child and goes on before the child's start; the rest is the span's own.

Real traces are forests with gaps, so every moment from the trace's first start to its last end is given to
exactly one span, and the times add up to the trace's duration in whole nanoseconds:

- A child is clipped to its parent. What runs on after its parent has ended (asynchronous work) is walked
  like a root of its own, from its end back to its start; the part of a span before its parent started
  (clocks that cannot be reconciled) is its own time.
- Roots and such spans are taken by their end, latest first, each clipped to what is not yet given away.
- A moment at which nothing ran (between a root and the next, when their parent has not arrived) goes to
  the span that came next: that is what the trace was waiting for.

Pure, no recursion, O(n log n): no span is walked twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import neg

import polars as pl

from query.traces.tree import ROOT, Forest, families

# End, start, span, whether its children are walked.
Stretch = tuple[int, int, int, bool]


def critical_times(forest: Forest, start_ns: Sequence[int], end_ns: Sequence[int]) -> list[int]:
    """Time of each span on the critical path, in ns; the sum is last end − first start.

    Args:
        forest: The trees.
        start_ns: Starts after skew correction.
        end_ns: Ends after skew correction.
    """
    if not start_ns:
        return []
    inside_ns = _starts_inside_parents(forest, start_ns)
    by_end = _last_finishing_first(forest.children, inside_ns, end_ns)
    return _times(_stretches(forest, start_ns, end_ns, inside_ns), by_end, inside_ns, end_ns)


def critical_times_of_columns(
    forest: Forest, parent: pl.Series, start_ns: pl.Series, end_ns: pl.Series
) -> list[int]:
    """The same for large traces: columns prepare what is walked.

    Args:
        forest: The trees.
        parent: Place of each span's parent, null for none.
        start_ns: Starts after skew correction.
        end_ns: Ends after skew correction.
    """
    if (start_ns < start_ns.gather(parent)).any():
        # Starts must be clipped from the roots down, and clipped parts be owned.
        return critical_times(forest, start_ns.to_list(), end_ns.to_list())
    turns = pl.int_range(len(parent), dtype=pl.UInt32, eager=True)
    spans = pl.DataFrame(
        {
            "parent": parent,
            "start": start_ns,
            "end": end_ns,
            "above_end": end_ns.gather(parent),
            "turn": turns.clone().scatter(forest.order, turns),
        }
    ).with_row_index("place")
    outlives = (pl.col("end") > pl.col("above_end")) & (pl.col("start") < pl.col("end"))
    stretches = (
        spans.filter(pl.col("parent").is_null() | outlives)
        .sort("end", "start", "turn", descending=[True, False, False])
        .select("end", "start", "place", pl.lit(value=True))
    )
    below = spans.filter(pl.col("start") < pl.col("end"), pl.col("parent").is_not_null()).sort(
        "parent", "end", "start", "turn", descending=[False, True, False, False]
    )
    leaf: list[int] = []
    by_end = [leaf] * len(parent)
    for place, family in families(below["parent"], below["place"]):
        by_end[place] = family
    return _times(stretches.rows(), by_end, start_ns.to_list(), end_ns.to_list())


def _times(
    stretches: Sequence[Stretch],
    by_end: Sequence[Sequence[int]],
    inside_ns: Sequence[int],
    end_ns: Sequence[int],
) -> list[int]:
    times = [0] * len(end_ns)
    cursor = max(end_ns)
    came_next = ROOT
    for end, start, index, walks_children in stretches:
        if start >= cursor:
            # Nothing left to give it, except that a trace without any duration has no other holder.
            came_next = index if came_next == ROOT else came_next
            continue
        if end < cursor:
            times[index if came_next == ROOT else came_next] += cursor - end
            cursor = end
        if walks_children:
            _walk_back(index, cursor, by_end, inside_ns, end_ns, times)
        else:
            times[index] += cursor - start
        cursor, came_next = start, index
    return times


def _starts_inside_parents(forest: Forest, start_ns: Sequence[int]) -> list[int]:
    """Starts clipped to the (clipped) start of the parent."""
    inside_ns = list(start_ns)
    parent = forest.parent
    for index in forest.order:
        above = parent[index]
        if above != ROOT and inside_ns[index] < inside_ns[above]:
            inside_ns[index] = inside_ns[above]
    return inside_ns


def _stretches(
    forest: Forest, start_ns: Sequence[int], end_ns: Sequence[int], inside_ns: Sequence[int]
) -> list[Stretch]:
    """Latest end first; they cover all that ran."""
    stretches = []
    for index in forest.order:
        above = forest.parent[index]
        start, inside, end = start_ns[index], inside_ns[index], end_ns[index]
        if above == ROOT or (end > end_ns[above] and inside < end):
            stretches.append((end, inside, index, True))
        if start < inside:
            stretches.append((min(end, inside), start, index, False))
    # A stable sort after tree order: at equal ends the longer one, then the one higher in the tree.
    stretches.sort(key=lambda stretch: (-stretch[0], stretch[1]))
    return stretches


def _last_finishing_first(
    children: Sequence[Sequence[int]], inside_ns: Sequence[int], end_ns: Sequence[int]
) -> list[Sequence[int]]:
    ranks = list(zip(map(neg, end_ns), inside_ns, strict=True))
    return [below if len(below) < 2 else sorted(below, key=ranks.__getitem__) for below in children]


def _walk_back(
    top: int,
    top_until: int,
    by_end: Sequence[Sequence[int]],
    inside_ns: Sequence[int],
    end_ns: Sequence[int],
    times: list[int],
) -> None:
    """Gives `[inside_ns[top], top_until)` to `top` and the descendants it waited for."""
    stack = [(top, top_until)]
    while stack:
        index, until = stack.pop()
        cursor = until
        own = 0
        for child in by_end[index]:
            start, end = inside_ns[child], end_ns[child]
            if end > until:
                end = until
            if start < end <= cursor:
                own += cursor - end
                cursor = start
                if by_end[child]:
                    stack.append((child, end))
                else:
                    times[child] += end - start
        times[index] += own + cursor - inside_ns[index]
