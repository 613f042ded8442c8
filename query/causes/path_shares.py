"""Each link's part of the critical paths of many traces.

Every moment of a critical path belongs to one span, and every span to the call it was made for: a call's own
two spans to the call, any other span to the nearest call above it. So a call has the time spent in it and
nowhere further down, and the shares of all links and of what belongs to no call add up to one. Pure.
"""

from __future__ import annotations

import polars as pl

from query.causes.clocks import clock_shifts_of_traces
from query.causes.critical_paths import critical_times_of_traces

LINK = ["caller", "callee", "kind"]
# Doublings with which a span looks upwards for its call: 2^20 levels.
_DOUBLINGS = 20
# Long enough for any span, short enough that sums with a start stay whole numbers.
_LONGEST_NS = 4_294_967_295_000_000_000


def path_shares(spans: pl.DataFrame, hops: pl.DataFrame) -> tuple[pl.DataFrame, int, float]:
    """Critical time per link.

    Args:
        spans: All spans of some traces, columns of `query.links.frames.NO_SPANS`.
        hops: What `query.links.frames.find_hops` says of them.

    Returns:
        One row per link with time on a path: `caller`, `callee`, `kind`, `ns`, `traces` that had any; how
        many traces there were; and the length of all paths in ns.
    """
    if spans.is_empty():
        return (
            pl.DataFrame(schema={**dict.fromkeys(LINK, pl.String), "ns": pl.Int64, "traces": pl.UInt32}),
            0,
            0.0,
        )
    timed = _corrected(spans)
    owned = timed.select("trace", critical_ns=critical_times_of_traces(timed), call=_calls(spans, hops))
    links = hops.with_row_index("call").select("call", *LINK)
    on_path = owned.filter(pl.col("critical_ns") > 0).join(links, on="call", how="inner")
    shares = on_path.group_by(LINK).agg(ns=pl.col("critical_ns").sum(), traces=pl.col("trace").n_unique())
    return shares, timed["trace"].n_unique(), float(owned["critical_ns"].sum())


def _corrected(spans: pl.DataFrame) -> pl.DataFrame:
    duration_ns = pl.col("DurationNs").clip(upper_bound=_LONGEST_NS).cast(pl.Int64)
    columns = spans.select(
        trace=pl.col("TraceId").rank("dense"),
        span="SpanKey",
        parent_span=pl.when(pl.col("ParentKey") != 0).then("ParentKey"),
        start_ns="StartNs",
        end_ns=pl.col("StartNs") + duration_ns,
        service="Service",
        kind="Kind",
    )
    shift_ns = clock_shifts_of_traces(columns)
    return columns.with_columns(pl.col("start_ns") + shift_ns, pl.col("end_ns") + shift_ns)


def _calls(spans: pl.DataFrame, hops: pl.DataFrame) -> pl.Series:
    """For each span the call (row of `hops`) that it was made for."""
    numbered = hops.with_row_index("call")
    sides = pl.concat(
        [numbered.select("call", "trace_id", id=side) for side in ("callee_span_id", "span_id")]
    )
    named = sides.drop_nulls("id").unique(["trace_id", "id"], keep="first", maintain_order=True)
    own = spans.select(trace_id="TraceId", id="SpanId").join(
        named, on=["trace_id", "id"], how="left", maintain_order="left"
    )["call"]
    places = spans.select(ParentKey="SpanKey").with_row_index("above")
    above = spans.select("ParentKey").join(places, on="ParentKey", how="left", maintain_order="left")["above"]
    for _ in range(_DOUBLINGS):
        if own.null_count() == 0 or above.null_count() == len(above):
            break
        own = own.fill_null(own.gather(above))
        above = above.gather(above)
    return own
