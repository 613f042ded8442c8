"""Which span each moment of many traces was waiting for: `query.traces.critical_path` in columns.

That module says what the critical path is and is the oracle of a property test. Here all traces are walked
together, level by level of their trees:

- Stretches (roots, work that outlives its parent, starts before the parent) are taken latest end first; how
  far each reaches is the smallest start of those before it, a running minimum.
- In a span the path goes to the last child that ended, then to the last that ended before that one's start,
  and so on. Who follows whom does not depend on where the walk begins, so it is found once for all siblings
  (an as-of join), and chains are followed by doubling: after k steps, 2^k siblings.

Traces that are too deep for that are given to the oracle itself. Pure.
"""

from __future__ import annotations

import polars as pl

from query.causes.levels import Levels, levels_of, too_hard
from query.traces.critical_path import critical_times
from query.traces.tree import build_forest


def critical_times_of_traces(spans: pl.DataFrame) -> pl.Series:
    """Time of each span on the critical path of its trace, in ns; they add up to the traces' durations.

    Args:
        spans: `trace`, `span`, `parent_span` (null for none), `start_ns`, `end_ns`; ids are numbers, times
            Int64 after skew correction, and no span starts after its end.
    """
    spans = spans.with_row_index("row")
    hard = too_hard(spans)
    easy = spans.filter(~pl.col("trace").is_in(hard.implode()))
    rest = spans.filter(pl.col("trace").is_in(hard.implode()))
    parts = [_walked(easy)] if easy.height else []
    parts += [_one_by_one(trace) for trace in rest.partition_by("trace")] if rest.height else []
    if not parts:
        return pl.Series("critical_ns", [], dtype=pl.Int64)
    return pl.concat(parts).sort("row")["critical_ns"]


def _one_by_one(trace: pl.DataFrame) -> pl.DataFrame:
    ids = [f"{span:020d}" for span in trace["span"]]
    above = ["" if span is None else f"{span:020d}" for span in trace["parent_span"]]
    start_ns, end_ns = trace["start_ns"].to_list(), trace["end_ns"].to_list()
    times = critical_times(build_forest(ids, above, start_ns), start_ns, end_ns)
    return trace.select("row", critical_ns=pl.Series(times, dtype=pl.Int64))


def _walked(spans: pl.DataFrame) -> pl.DataFrame:
    trees = levels_of(spans)
    start_ns, end_ns = spans["start_ns"], spans["end_ns"]
    inside_ns = _starts_inside_parents(trees, start_ns)
    reached = _stretches(spans["trace"], trees, start_ns, end_ns, inside_ns)
    # What is not walked: gaps given to who came next, and time before the parent's start.
    given = [
        reached.select("row", ns="came_next_ns", whose="came_next").select(row="whose", ns="ns"),
        reached.filter(~pl.col("walks")).select("row", ns=pl.col("until") - pl.col("from")),
    ]
    siblings = _siblings(trees, inside_ns, end_ns)
    jumps = _jumps(siblings, len(start_ns))
    tops = reached.filter("walks").select("row", "until")
    walked = tops.clear()
    depth = pl.zeros(spans.height, dtype=pl.Int32, eager=True)
    for level, rows in enumerate(trees.levels):
        depth = depth.scatter(rows, level)
    for level in range(len(trees.levels)):
        walked = pl.concat([walked, tops.filter(depth.gather(tops["row"]) == level)])
        given.append(walked.select("row", ns=pl.col("until") - inside_ns.gather(walked["row"])))
        walked = _waited_for(walked, siblings, jumps, trees.parent, end_ns)
        given.append(
            walked.select(
                row=trees.parent.gather(walked["row"]), ns=inside_ns.gather(walked["row"]) - pl.col("until")
            )
        )
    times = pl.concat(given).group_by("row").agg(pl.col("ns").sum())
    rows = pl.zeros(spans.height, dtype=pl.Int64, eager=True).scatter(times["row"], times["ns"])
    return spans.select("row", critical_ns=rows)


def _starts_inside_parents(trees: Levels, start_ns: pl.Series) -> pl.Series:
    inside_ns = start_ns.clone()
    for rows in trees.levels[1:]:
        above = inside_ns.gather(trees.parent.gather(rows))
        inside_ns = inside_ns.scatter(
            rows, pl.select(pl.max_horizontal(above, start_ns.gather(rows))).to_series()
        )
    return inside_ns


def _stretches(
    traces: pl.Series, trees: Levels, start_ns: pl.Series, end_ns: pl.Series, inside_ns: pl.Series
) -> pl.DataFrame:
    """What is walked from its end (`walks`) or owned as it is: `row`, `from`, `until`, the gap after it."""
    spans = pl.DataFrame(
        {
            "trace": traces,
            "place": trees.place,
            "start": start_ns,
            "inside": inside_ns,
            "end": end_ns,
            "parent_end": end_ns.gather(trees.parent),
        }
    ).with_row_index("row")
    # Of all its spans: one without duration may be the last without being a stretch.
    spans = spans.with_columns(trace_end=pl.col("end").max().over("trace"))
    root = pl.col("parent_end").is_null()
    outlives = (pl.col("end") > pl.col("parent_end")) & (pl.col("inside") < pl.col("end"))
    common = ["trace", "place", "row"]
    in_order = pl.concat(
        [
            spans.filter(root | outlives).select(
                *common, "end", "trace_end", **{"from": pl.col("inside")}, walks=pl.lit(value=True)
            ),
            spans.filter(pl.col("start") < pl.col("inside")).select(
                *common,
                pl.min_horizontal("end", "inside").alias("end"),
                "trace_end",
                **{"from": pl.col("start")},
                walks=pl.lit(value=False),
            ),
        ]
    ).sort(["trace", "end", "from", "place", "walks"], descending=[False, True, False, False, True])
    cursor = pl.col("from").cum_min().shift(1).over("trace").fill_null(pl.col("trace_end"))
    came_next = pl.when("reaches").then("row").forward_fill().shift(1).over("trace")
    return (
        in_order.with_columns(cursor=cursor)
        .with_columns(reaches=pl.col("from") < pl.col("cursor"))
        .with_columns(came_next=came_next.fill_null(pl.col("row").first().over("trace")))
        .filter("reaches")
        .with_columns(
            until=pl.min_horizontal("end", "cursor"),
            came_next_ns=(pl.col("cursor") - pl.col("end")).clip(lower_bound=0),
        )
    )


def _siblings(trees: Levels, inside_ns: pl.Series, end_ns: pl.Series) -> pl.DataFrame:
    """Spans that have a parent and last: last to end first, `turn` counts them in this order."""
    return (
        pl.DataFrame({"parent": trees.parent, "inside": inside_ns, "end": end_ns, "place": trees.place})
        .with_row_index("row")
        .filter(pl.col("parent").is_not_null() & (pl.col("inside") < pl.col("end")))
        .sort(["parent", "end", "inside", "place"], descending=[False, True, False, False])
        .with_row_index("turn")
    )


def _jumps(siblings: pl.DataFrame, size: int) -> list[pl.Series]:
    """For each span the sibling waited for before it, then 2, 4, 8 … siblings on; null where none is."""
    # The first by turn of those that end in time is the last of them in the opposite order.
    ends = siblings.sort("end", "turn", descending=[False, True]).select("parent", "end", previous="row")
    found = siblings.sort("inside").join_asof(
        ends, left_on="inside", right_on="end", by="parent", strategy="backward", check_sortedness=False
    )
    empty = pl.Series([None], dtype=pl.UInt32).new_from_index(0, size)
    jump = empty.scatter(found["row"], found["previous"])
    jumps = []
    while jump.null_count() < size:
        jumps.append(jump)
        jump = jump.gather(jump)
    return jumps


def _waited_for(
    walked: pl.DataFrame,
    siblings: pl.DataFrame,
    jumps: list[pl.Series],
    parent: pl.Series,
    end_ns: pl.Series,
) -> pl.DataFrame:
    """The children on the path of walked spans, with how far each reaches."""
    first = (
        siblings.join(walked.select("until", parent="row"), on="parent", how="inner")
        .filter(pl.col("inside") < pl.col("until"))
        .sort("turn")
        .group_by("parent", maintain_order=True)
        .agg(pl.col("row").first())["row"]
    )
    on_path = first
    for jump in jumps:
        on_path = pl.concat([on_path, jump.gather(on_path).drop_nulls()])
    return (
        pl.DataFrame({"row": on_path, "parent": parent.gather(on_path), "end": end_ns.gather(on_path)})
        .join(walked.select("until", parent="row"), on="parent", how="inner")
        .select("row", until=pl.min_horizontal("end", "until"))
    )
