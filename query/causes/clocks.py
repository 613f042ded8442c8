"""Clock skew of many traces at once: `query.traces.skew` in columns, with a service for a clock.

The narrow table of spans knows no hosts, so spans of one service share a clock. A property test holds this to
that module. Traces that are too deep for columns are given to it. Pure.
"""

from __future__ import annotations

import polars as pl

from query.causes.levels import levels_of, too_hard
from query.links.frames import CLIENT, SERVER
from query.traces.skew import clock_shifts
from query.traces.tree import build_forest

_KINDS = {SERVER: "server", CLIENT: "client"}


def clock_shifts_of_traces(spans: pl.DataFrame) -> pl.Series:
    """What to add to each span's times, in ns.

    Args:
        spans: `trace`, `span`, `parent_span` (null for none), `start_ns`, `end_ns`, `service`, `kind`.
    """
    spans = spans.with_row_index("row")
    hard = too_hard(spans)
    easy = spans.filter(~pl.col("trace").is_in(hard.implode()))
    rest = spans.filter(pl.col("trace").is_in(hard.implode()))
    parts = [pl.DataFrame(schema={"row": pl.UInt32, "shift_ns": pl.Int64})]
    parts += [_shifted(easy)] if easy.height else []
    parts += [_one_by_one(trace) for trace in rest.partition_by("trace")] if rest.height else []
    return pl.concat(parts).sort("row")["shift_ns"]


def _shifted(spans: pl.DataFrame) -> pl.DataFrame:
    trees = levels_of(spans)
    shift_ns = pl.zeros(spans.height, dtype=pl.Int64, eager=True)
    columns = spans.select("service", "kind", "start_ns", "end_ns")
    for rows in trees.levels[1:]:
        above = trees.parent.gather(rows)
        pairs = pl.concat(
            [
                columns[rows],
                columns[above].select(pl.all().name.prefix("above_")),
                pl.DataFrame({"above_shift_ns": shift_ns.gather(above)}),
            ],
            how="horizontal",
        )
        shift_ns = shift_ns.scatter(rows, pairs.select(_shift()).to_series())
    return spans.select("row", shift_ns=shift_ns)


def _shift() -> pl.Expr:
    start, end = pl.col("start_ns"), pl.col("end_ns")
    above_start = pl.col("above_start_ns") + pl.col("above_shift_ns")
    above_end = pl.col("above_end_ns") + pl.col("above_shift_ns")
    spare = (above_end - above_start) - (end - start)
    outside = (start < above_start) | (end > above_end)
    called = (pl.col("kind") == SERVER) & (pl.col("above_kind") == CLIENT)
    return (
        pl.when(pl.col("service") == pl.col("above_service"))
        .then("above_shift_ns")
        .when(called & outside & (spare >= 0))
        .then(above_start + spare // 2 - start)
        .otherwise(0)
    )


def _one_by_one(trace: pl.DataFrame) -> pl.DataFrame:
    ids = [f"{span:020d}" for span in trace["span"]]
    above = ["" if span is None else f"{span:020d}" for span in trace["parent_span"]]
    start_ns, end_ns = trace["start_ns"].to_list(), trace["end_ns"].to_list()
    forest = build_forest(ids, above, start_ns)
    kinds = [_KINDS.get(kind, "") for kind in trace["kind"]]
    clocks = [(service, "") for service in trace["service"]]
    shifts = clock_shifts(forest, kinds, clocks, start_ns, end_ns)
    return trace.select("row", shift_ns=pl.Series(shifts, dtype=pl.Int64))
