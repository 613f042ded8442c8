"""The time of each span that none of its children covers. Pure, O(n log n)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from query.traces.tree import Forest


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


def self_times_of_columns(parent: pl.Series, start_ns: pl.Series, end_ns: pl.Series) -> pl.Series:
    """The same for large traces whose times fit (`query.traces.durations.has_short_times`).

    Args:
        parent: Place of each span's parent, null for none.
        start_ns: Starts after skew correction.
        end_ns: Ends after skew correction.
    """
    within = {"start": start_ns.gather(parent), "end": end_ns.gather(parent)}
    covered = (
        pl.DataFrame({"parent": parent, "start": start_ns, "end": end_ns})
        .filter(parent.is_not_null())
        .with_columns(
            pl.max_horizontal("start", within["start"].drop_nulls()),
            pl.min_horizontal("end", within["end"].drop_nulls()),
        )
        .sort("parent", "start")
        .with_columns(until=pl.col("end").cum_max().shift(1).over("parent"))
        .with_columns(start=pl.max_horizontal("start", "until"))
        .filter(pl.col("start") < pl.col("end"))
        .group_by("parent")
        .agg((pl.col("end") - pl.col("start")).sum().alias("ns"))
    )
    lasted = end_ns - start_ns
    return lasted.scatter(covered["parent"], lasted.gather(covered["parent"]) - covered["ns"])
