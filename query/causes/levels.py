"""Many traces as trees at once: parents, depths and the order in which their spans are walked.

Says the same as `query.traces.tree` (a property test compares them), column by column, level by level. Traces
that are deeper than `MOST_LEVELS` or whose parents form a circle are left to that module. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MOST_LEVELS = 64


@dataclass(frozen=True, slots=True)
class Levels:
    """The trees of many traces; spans are known by their row.

    Attributes:
        parent: Row of the parent; null for roots, and where the parent has not arrived.
        levels: Rows by depth, roots first.
        place: Each span's place in its trace: parents before children, siblings by start, then by id.
    """

    parent: pl.Series
    levels: list[pl.Series]
    place: pl.Series


def too_hard(spans: pl.DataFrame) -> pl.Series:
    """Traces that are too deep or have a circle of parents.

    Args:
        spans: `trace`, `span`, `parent_span` (null for none) of any traces; a span comes once.
    """
    parent = parents(spans)
    above = parent
    for _ in range(MOST_LEVELS):
        above = parent.gather(above)
        if above.null_count() == len(above):
            break
    return spans["trace"].filter(above.is_not_null()).unique()


def levels_of(spans: pl.DataFrame) -> Levels:
    """The trees of traces that are not too hard.

    Args:
        spans: `trace`, `span`, `parent_span` and `start_ns`, by which siblings are ordered.
    """
    parent = parents(spans)
    depth = pl.zeros(spans.height, dtype=pl.Int32, eager=True)
    above = parent
    while above.null_count() < len(above):
        depth = depth + above.is_not_null().cast(pl.Int32)
        above = parent.gather(above)
    rows = pl.int_range(spans.height, dtype=pl.UInt32, eager=True)
    levels = [rows.filter(depth == level) for level in range(int(depth.max() or 0) + 1)]  # type: ignore[arg-type]  # a number
    return Levels(parent, levels, _places(spans, parent, levels))


def parents(spans: pl.DataFrame) -> pl.Series:
    """Row of each span's parent, null where there is none."""
    named = spans.select("trace", parent_span="span").with_row_index("parent")
    return spans.select("trace", "parent_span").join(
        named, on=["trace", "parent_span"], how="left", maintain_order="left"
    )["parent"]


def _places(spans: pl.DataFrame, parent: pl.Series, levels: list[pl.Series]) -> pl.Series:
    size = pl.ones(spans.height, dtype=pl.Int64, eager=True)
    for level in reversed(levels[1:]):
        below = (
            pl.DataFrame({"parent": parent.gather(level), "size": size.gather(level)})
            .group_by("parent")
            .agg(pl.col("size").sum())
        )
        size = size.scatter(below["parent"], size.gather(below["parent"]) + below["size"])
    # A root follows the roots before it, a child its parent and the siblings before it, with all below them.
    siblings = ["trace", "parent"]
    before = (
        spans.select("trace", "span", "start_ns")
        .with_row_index("row")
        .with_columns(parent=parent, size=size)
        .sort("trace", "parent", "start_ns", "span")
        .with_columns(before=pl.col("size").cum_sum().over(siblings) - pl.col("size"))
        .sort("row")["before"]
    )
    place = before
    for level in levels[1:]:
        place = place.scatter(level, place.gather(parent.gather(level)) + 1 + before.gather(level))
    return place
