"""The time of each span that none of its children covers. Pure, O(n log n)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from query.traces.tree import Forest

# Less than 64 bits hold.
_LONGEST_LINE_NS = 1 << 62


def self_times(forest: Forest, start_ns: Sequence[int], end_ns: Sequence[int]) -> list[int]:
    """Self time of each span in ns: its duration minus the union of its children, clipped to it.

    Args:
        forest: The trees.
        start_ns: Starts after skew correction.
        end_ns: Ends after skew correction.
    """
    times = [end - start for start, end in zip(start_ns, end_ns, strict=True)]
    for index, below in enumerate(forest.children):
        if not below:
            continue
        if len(below) > 1:
            below = sorted(below, key=start_ns.__getitem__)
        covered_until, end = start_ns[index], end_ns[index]
        free = times[index]
        for child in below:
            child_start, child_end = start_ns[child], end_ns[child]
            if child_start < covered_until:
                child_start = covered_until
            if child_end > end:
                child_end = end
            if child_end > child_start:
                free -= child_end - child_start
                covered_until = child_end
        times[index] = free
    return times


def self_times_of_columns(parent: pl.Series, start_ns: pl.Series, end_ns: pl.Series) -> pl.Series | None:
    """The same, all spans at once; None where the trace is too long and too large for that.

    The children of all spans are put on one line of time, family after family, so that the moment until which
    earlier siblings cover it is one running maximum.

    Args:
        parent: Place of each span's parent, null for none.
        start_ns: Starts after skew correction.
        end_ns: Ends after skew correction.
    """
    spans = pl.DataFrame({"parent": parent, "start": start_ns, "end": end_ns}).with_columns(
        above_start=start_ns.gather(parent), above_end=end_ns.gather(parent)
    )
    first, length = spans.select(pl.col("start").min(), pl.col("end").max() - pl.col("start").min() + 1).row(
        0
    )
    if length * len(parent) > _LONGEST_LINE_NS:
        return None
    moved = pl.col("parent") * length - first
    covered = (
        spans.lazy()
        .filter(pl.col("parent").is_not_null())
        .select(
            "parent",
            start=pl.max_horizontal("start", "above_start") + moved,
            end=pl.min_horizontal("end", "above_end") + moved,
        )
        .filter(pl.col("start") < pl.col("end"))
        .sort("start")
        .with_columns(start=pl.max_horizontal("start", pl.col("end").cum_max().shift(1)))
        .group_by("parent")
        .agg((pl.col("end") - pl.col("start")).clip(lower_bound=0).sum().alias("ns"))
        .collect()
    )
    lasted = end_ns - start_ns
    return lasted.scatter(covered["parent"], lasted.gather(covered["parent"]) - covered["ns"])
