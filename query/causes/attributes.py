"""The attributes of calls, caller's and callee's, as one long frame. Reads the store; compares nothing."""

from __future__ import annotations

import polars as pl

from storage.calls import CallStore

ENTRIES = pl.Schema(
    {"call": pl.UInt32, "side": pl.String, "source": pl.String, "key": pl.String, "value": pl.String}
)
# What names the process that answered, the finest first.
PROCESS_KEYS = (
    "service.version",
    "service.instance.id",
    "k8s.pod.name",
    "host.name",
    "deployment.environment.name",
    "k8s.node.name",
    "cloud.availability_zone",
)


def attributes_of_calls(store: CallStore, calls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Attributes of both spans of some calls.

    Args:
        store: Where attributes are read.
        calls: `trace_id`, `span_id`, `callee_span_id` of each call (`query.causes.calls`).

    Returns:
        One row per attribute with columns `ENTRIES`; and one per call and side whose span was found:
        `call` (its row in `calls`) and `side`.
    """
    numbered = calls.with_row_index("call")
    sides = pl.concat(
        [
            numbered.filter(
                pl.col("callee_span_id").is_null() | (pl.col("span_id") != pl.col("callee_span_id"))
            ).select("call", "trace_id", "span_id", side=pl.lit("caller")),
            numbered.filter(pl.col("callee_span_id").is_not_null()).select(
                "call", "trace_id", span_id="callee_span_id", side=pl.lit("callee")
            ),
        ]
    )
    if sides.is_empty():
        return pl.DataFrame(schema=ENTRIES), sides.select("call", "side")
    read = store.attributes(sides["trace_id"].unique().to_list(), sides["span_id"].unique().to_list())
    spans = sides.join(read, left_on=["trace_id", "span_id"], right_on=["TraceId", "SpanId"], how="inner")
    names = spans.select(
        "call",
        "side",
        source=pl.lit("field"),
        key=pl.lit("span name"),
        value=pl.col("SpanName").cast(pl.String),
    )
    entries = [names, _exploded(spans, "span", "Span"), _exploded(spans, "resource", "Resource")]
    return pl.concat(entries).cast(ENTRIES), spans.select("call", "side")


def _exploded(spans: pl.DataFrame, source: str, prefix: str) -> pl.DataFrame:
    return (
        spans.select(
            "call",
            "side",
            source=pl.lit(source),
            key=pl.col(f"{prefix}Names").cast(pl.List(pl.String)),
            value=pl.col(f"{prefix}Values").cast(pl.List(pl.String)),
        )
        .filter(pl.col("key").list.len() > 0)
        .explode("key", "value")
    )
