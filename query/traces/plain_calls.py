"""Finds the calls of a plain trace, all at once: `query.traces.calls` in columns.

A plain trace, as most are, has neither proxies nor span links, so that a span and its parent tell all
of a call; the rules (H1, H3, H5, H6 of docs/links.md) are those of that module, and a property test compares
every call. Pure.
"""

from __future__ import annotations

import polars as pl

from query.links.linker import MAX_NESTING, USER
from query.links.span import CALLEE_KINDS, CALLER_KINDS
from query.traces.calls import proxy_processes
from query.traces.columns import SpanColumns
from query.traces.tree import ROOT, Forest

_ORDER = ("start_ns", "caller", "callee", "kind", "operation")


def is_plain(spans: SpanColumns) -> bool:
    """Whether `plain_calls` finds all calls of the trace."""
    proxied = any(said.proxied for said in spans.said.answers) or proxy_processes(spans)
    return not proxied and not any(spans.links)


def plain_calls(spans: SpanColumns, forest: Forest, late_after_ns: int) -> pl.DataFrame:
    """All calls of a plain trace, in the order of `query.traces.calls.find_calls`.

    Args:
        spans: The spans; no duration of more than 2^53 ns.
        forest: Their trees.
        late_after_ns: A caller stored after this is not yet one of an external system.

    Returns:
        The fields of `query.traces.calls.Call`, one row per call; null for None.
    """
    pairs = _with_parents(spans, forest)
    observed = _observed(pairs)
    calls = pl.concat([observed, _virtual(pairs, observed["client"], late_after_ns)])
    return calls.sort(_ORDER, maintain_order=True)


def _with_parents(spans: SpanColumns, forest: Forest) -> pl.DataFrame:
    """One row per span, with what is asked of its parent as `above_…`, null for a root."""
    answers = spans.said.answers
    said = pl.DataFrame(
        {
            "protocol": pl.Series([one.protocol for one in answers], dtype=pl.String),
            "peer": pl.Series([one.peer and one.peer.name for one in answers], dtype=pl.String),
            "peer_kind": pl.Series([one.peer and one.peer.kind for one in answers], dtype=pl.String),
        }
    )[spans.said.numbers]
    parent = pl.Series("above", forest.parent, dtype=pl.Int64)
    own = spans.table.select(
        *("service", "name", "kind", "start_ns", "received_ns", "parent_id"),
        end_ns=pl.col("start_ns") + pl.col("duration_ns").cast(pl.Int64),
        failed=pl.col("status") == "error",
        calls=pl.col("kind").is_in(CALLER_KINDS),
        answers=pl.col("kind").is_in(CALLEE_KINDS),
    ).with_columns(said)
    above = pl.select(pl.when(parent != ROOT).then(parent)).to_series().rename("above")
    asked = own.select("service", "kind", "start_ns", "end_ns", "failed", "calls", "protocol")
    of_parents = asked.select(pl.all().gather(above).name.prefix("above_"))
    is_root = (
        (own["parent_id"] == "").scatter(forest.cut, values=True) if forest.cut else own["parent_id"] == ""
    )
    return own.with_columns(above, *of_parents, is_root.alias("is_root")).with_row_index("place")


def _observed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Calls whose callee was seen."""
    other = pl.col("above_service") != pl.col("service")
    by_user = pl.col("above").is_null() & (pl.col("kind") == "server") & pl.col("is_root")
    below = pl.col("above").is_not_null() & (other | (pl.col("answers") & pl.col("above_calls")))
    kind = (
        pl.when(~pl.col("answers"))
        .then(pl.lit("internal"))
        .when((pl.col("kind") == "consumer") | (pl.col("above_kind") == "producer").fill_null(value=False))
        .then(pl.lit("messaging"))
        .when((pl.col("above_protocol") != "") & pl.col("above_calls"))
        .then(pl.col("above_protocol"))
        .when(pl.col("protocol") != "")
        .then(pl.col("protocol"))
        .otherwise(pl.lit("rpc"))
    )
    found = pairs.filter(~pl.col("calls") & (by_user | below)).with_columns(
        client=pl.when("above_calls").then("above"), linked_as=kind
    )
    waited = pl.col("start_ns") - pl.col("above_end_ns")
    apart = pl.col("above_end_ns") - pl.col("above_start_ns") - (pl.col("end_ns") - pl.col("start_ns"))
    gap = pl.when(pl.col("linked_as") == "messaging").then(waited).otherwise(apart).clip(lower_bound=0)
    return found.select(
        "start_ns",
        caller=pl.col("above_service").fill_null(USER),
        callee="service",
        kind="linked_as",
        operation="name",
        client="client",
        server=pl.col("place").cast(pl.Int64),
        gap_ns=pl.when(pl.col("client").is_not_null()).then(gap),
        error=pl.col("failed")
        | (pl.col("above_failed") & pl.col("client").is_not_null()).fill_null(value=False),
    )


def _virtual(pairs: pl.DataFrame, called: pl.Series, late_after_ns: int) -> pl.DataFrame:
    """H3: calls whose callee sends no spans."""
    nested = (pairs["calls"] & pairs["above_calls"] & (pairs["service"] == pairs["above_service"])).fill_null(
        value=False
    )
    early = (pl.col("received_ns") <= late_after_ns) | (pl.col("peer_kind") == "database")
    found = pairs.filter(
        pl.col("calls") & ~nested & ~_covered(pairs["above"], nested, called.drop_nulls()),
        pl.col("peer").is_not_null() & early,
    )
    return found.select(
        "start_ns",
        caller="service",
        callee="peer",
        kind="peer_kind",
        operation="name",
        client=pl.col("place").cast(pl.Int64),
        server=pl.lit(None, dtype=pl.Int64),
        gap_ns=pl.lit(None, dtype=pl.Int64),
        error="failed",
    )


def _covered(above: pl.Series, nested: pl.Series, called: pl.Series) -> pl.Series:
    """H3: a call made inside another caller span of the same service is the outer span's call too."""
    nobody = pl.repeat(value=False, n=len(above), eager=True)
    covered = inner = nobody.clone().scatter(called, values=True)
    for _ in range(MAX_NESTING):
        outer = above.filter(inner & nested)
        if outer.is_empty():
            break
        inner = nobody.clone().scatter(outer, values=True)
        covered |= inner
    return covered
