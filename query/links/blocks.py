"""Cuts the recent past of every link into stretches of calls that can be judged, all links at once. Pure."""

from __future__ import annotations

import math

import polars as pl

from query.links.aggregate import LINK
from query.links.figures import LinkKey
from query.links.settings import LinkSettings
from query.links.sketch import BUCKETS_PER_OCTAVE
from query.links.status import Stretch

_P95 = 0.95
_STRETCH = [*LINK, "Stretch"]


def blocks_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """Stretches of about `settings.block_calls` calls, cut backwards from the end, oldest first.

    Args:
        slots: Rows of `query.links.aggregate` for whole links, with `Seconds`, the length of their slot.
        settings: Sizes and confidence.
    """
    return _stretches(slots, settings.block_calls, settings)


def latest_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """The shortest stretch of `settings.stretch_calls` calls that ends at the end, where there is one."""
    stretches = _stretches(slots, settings.stretch_calls, settings)
    latest = {key: found[-1:] for key, found in stretches.items()}
    return {key: found for key, found in latest.items() if found[0].samples >= settings.stretch_calls}


def _stretches(slots: pl.DataFrame, calls: int, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    later = pl.col("Samples").cum_sum().over(LINK) - pl.col("Samples")
    cut = slots.sort("Start", descending=True).with_columns(Stretch=later // calls)
    totals = cut.group_by(_STRETCH).agg(
        pl.col("Samples").sum(),
        error_rate=pl.col("Errors").sum() / pl.col("Calls").sum(),
        seconds=(pl.col("Start") + pl.col("Seconds")).max() - pl.col("Start").min(),
    )
    judged = totals.join(_percentiles(cut, settings.confidence_z), on=_STRETCH, how="left").sort(
        "Stretch", descending=True
    )
    found: dict[LinkKey, list[Stretch]] = {}
    for row in judged.iter_rows(named=True):
        key = LinkKey(row["Caller"], row["Callee"], row["Kind"])
        found.setdefault(key, []).append(
            Stretch(
                seconds=float(row["seconds"]),
                samples=row["Samples"],
                p95_ms=row["p95_ms"],
                p95_low_ms=row["p95_low_ms"],
                error_rate=row["error_rate"],
            )
        )
    return found


def _percentiles(cut: pl.DataFrame, z: float) -> pl.DataFrame:
    client = pl.col("ClientBuckets").list.len() > 0
    buckets = (
        cut.select(
            *_STRETCH,
            "Samples",
            bucket=pl.when(client).then("ClientBuckets").otherwise("ServerBuckets"),
            count=pl.when(client).then("ClientCounts").otherwise("ServerCounts"),
        )
        .explode("bucket", "count")
        .group_by([*_STRETCH, "bucket"])
        .agg(pl.col("count").sum())
        .sort("bucket")
        .with_columns(
            below=pl.col("count").cum_sum().over(_STRETCH), total=pl.col("count").sum().over(_STRETCH)
        )
    )
    samples = cut.group_by(_STRETCH).agg(pl.col("Samples").sum())
    spread = z * math.sqrt(_P95 * (1.0 - _P95))
    low = pl.max_horizontal(pl.lit(0.0), _P95 - spread / pl.col("Samples").cast(pl.Float64).sqrt())
    middle_ns = (2.0 ** ((pl.col("bucket").cast(pl.Float64) + 0.5) / BUCKETS_PER_OCTAVE)) - 1.0
    reached = pl.col("below") > pl.col("rank")
    return (
        buckets.join(samples, on=_STRETCH)
        .with_columns(low_rank=low * (pl.col("total") - 1.0), rank=_P95 * (pl.col("total") - 1.0))
        .with_columns(value=middle_ns / 1e6)
        .group_by(_STRETCH)
        .agg(
            p95_ms=pl.col("value").filter(reached).min(),
            p95_low_ms=pl.col("value").filter(pl.col("below") > pl.col("low_rank")).min(),
        )
    )
