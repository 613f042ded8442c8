"""Cuts the recent past of every link into stretches of calls that can be judged, all links at once. Pure."""

from __future__ import annotations

import math

import polars as pl

from query.links.aggregate import LINK
from query.links.figures import LinkKey
from query.links.histograms import Histograms
from query.links.settings import LinkSettings
from query.links.sketch import BUCKETS_PER_OCTAVE
from query.links.status import Stretch

_P95 = 0.95
_STRETCH = [*LINK, "Stretch"]


def blocks_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """Stretches of about `settings.block_calls` calls, cut backwards from the end, oldest first.

    Args:
        slots: Rows of `query.links.source.LinkData.observed` with `Seconds`, the length of their slot.
        settings: Sizes and confidence.
    """
    return _stretches(slots, settings.block_calls, settings)


def latest_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """The shortest stretch of `settings.stretch_calls` calls that ends at the end, where there is one."""
    latest = _stretches(slots, settings.stretch_calls, settings, only_latest=True)
    return {key: found for key, found in latest.items() if found[0].samples >= settings.stretch_calls}


def _stretches(
    slots: pl.DataFrame, calls: int, settings: LinkSettings, *, only_latest: bool = False
) -> dict[LinkKey, list[Stretch]]:
    later = pl.col("Samples").cum_sum().over(LINK) - pl.col("Samples")
    cut = slots.sort("Start", descending=True).with_columns(Stretch=later // calls)
    if only_latest:
        cut = cut.filter(Stretch=0)
    # Numbers instead of names, so that buckets carry no strings.
    totals = (
        cut.group_by(_STRETCH)
        .agg(
            pl.col("Samples").sum(),
            error_rate=pl.col("Errors").sum() / pl.col("Calls").sum(),
            seconds=(pl.col("Start") + pl.col("Seconds")).max() - pl.col("Start").min(),
        )
        .sort("Stretch", descending=True)
        .with_row_index("owner")
    )
    parts = cut.select(*_STRETCH, "Buckets", "Counts").join(
        totals.select(*_STRETCH, "owner"), on=_STRETCH, how="left"
    )
    histograms = Histograms.summed(parts.select("owner", buckets="Buckets", counts="Counts"))
    judged = totals.join(
        _percentiles(histograms, totals["Samples"], settings.confidence_z),
        on="owner",
        how="left",
        maintain_order="left",
    )
    found: dict[LinkKey, list[Stretch]] = {}
    columns = (*LINK, "seconds", "Samples", "p95_ms", "p95_low_ms", "error_rate")
    for caller, callee, kind, seconds, *numbers in judged.select(columns).iter_rows():
        found.setdefault(LinkKey(caller, callee, kind), []).append(Stretch(float(seconds), *numbers))
    return found


def _percentiles(histograms: Histograms, samples: pl.Series, z: float) -> pl.DataFrame:
    """p95 and its surely lower end of every histogram: the middle of the first bucket beyond the rank.

    Args:
        histograms: By number of the stretch.
        samples: Observed calls of each stretch.
        z: Standard deviations that make the surely lower end.
    """
    up_to = histograms.count.cum_sum()
    ends = (
        pl.DataFrame({"owner": histograms.owner.cast(pl.UInt32), "up_to": up_to})
        .group_by("owner", maintain_order=True)
        .last()
        .with_columns(before=pl.col("up_to").shift(1, fill_value=0.0))
    )
    spread = z * math.sqrt(_P95 * (1.0 - _P95))
    root = samples.gather(ends["owner"]).cast(pl.Float64).sqrt()
    last_rank = ends["up_to"] - ends["before"] - 1.0
    low = (_P95 - spread / root).clip(lower_bound=0.0)
    middle_ms = ((2.0 ** ((histograms.bucket.cast(pl.Float64) + 0.5) / BUCKETS_PER_OCTAVE)) - 1.0) / 1e6

    def at(rank: pl.Series) -> pl.Series:
        place = up_to.search_sorted(ends["before"] + rank, side="right")
        return middle_ms.gather(place.clip(upper_bound=max(len(middle_ms) - 1, 0)))

    return pl.DataFrame(
        {"owner": ends["owner"], "p95_ms": at(_P95 * last_rank), "p95_low_ms": at(low * last_rank)}
    )
