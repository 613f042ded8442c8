"""Many latency histograms in columns, and quantiles of all of them at once. Pure.

Says the same as `query.links.sketch` (read that first), which a property test holds it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from query.links.sketch import BUCKETS_PER_OCTAVE

# More than the bucket of any duration of 64 bits: a histogram's number and a bucket make one number.
_BUCKETS = 4_096


@dataclass(frozen=True, slots=True)
class Histograms:
    """Buckets of several histograms, by histogram and bucket, each once.

    `owner` says whose bucket it is: numbers from 0; histograms without buckets have no rows.
    """

    owner: pl.Series
    bucket: pl.Series
    count: pl.Series

    @classmethod
    def summed(cls, parts: pl.DataFrame) -> Histograms:
        """Of columns `owner`, `buckets` and `counts` (lists); rows of one owner are added up."""
        flat = (
            parts.lazy()
            .filter(pl.col("buckets").list.len() > 0)
            .select((pl.col("owner").cast(pl.Int64) * _BUCKETS).alias("first"), "buckets", "counts")
            .explode("buckets", "counts")
            .group_by(place=pl.col("first") + pl.col("buckets").cast(pl.Int64))
            .agg(pl.col("counts").sum())
            .sort("place")
            .select(owner=pl.col("place") // _BUCKETS, bucket=pl.col("place") % _BUCKETS, count="counts")
            .collect()
        )
        return cls(flat["owner"], flat["bucket"], flat["count"])

    def regrouped(self, owners: pl.Series) -> Histograms:
        """The same calls by other owners: `owners` has the new one of each, null to leave it out."""
        found = (
            pl.DataFrame({"owner": owners.gather(self.owner), "bucket": self.bucket, "count": self.count})
            .lazy()
            .filter(pl.col("owner").is_not_null())
            .group_by(place=pl.col("owner").cast(pl.Int64) * _BUCKETS + pl.col("bucket"))
            .agg(pl.col("count").sum())
            .sort("place")
            .select(owner=pl.col("place") // _BUCKETS, bucket=pl.col("place") % _BUCKETS, count="count")
            .collect()
        )
        return Histograms(found["owner"], found["bucket"], found["count"])

    def quantiles_ns(
        self, max_ns: pl.Series, fractions: Sequence[float | pl.Series]
    ) -> list[tuple[int, tuple[float, ...]]]:
        """Quantiles of every histogram.

        Args:
            max_ns: The exact largest duration of each owner, by number.
            fractions: Each in [0, 1], one for all or one for each owner.

        Returns:
            Of every owner with calls, in order: its number and a quantile (ns) for each of `fractions`.
        """
        if self.count.is_empty():
            return []
        up_to = self.count.cum_sum()
        ends = (
            pl.DataFrame({"owner": self.owner, "up_to": up_to})
            .with_row_index("last")
            .group_by("owner", maintain_order=True)
            .last()
            .with_columns(before=pl.col("up_to").shift(1, fill_value=0.0))
            .with_columns(last_rank=(pl.col("up_to") - pl.col("before") - 1.0).clip(lower_bound=0.0))
            .with_columns(largest=pl.lit(max_ns.cast(pl.Float64)).gather("owner"))
        )
        owners = ends["owner"]
        # All fractions under one another, so that each step is one pass over all.
        asked = pl.concat(
            ends.with_columns(
                rank=ends["last_rank"]
                * (fraction.gather(owners) if isinstance(fraction, pl.Series) else fraction)
            )
            for fraction in fractions
        )
        rank = asked["rank"]
        before = asked["before"]
        middle_ns = (2.0 ** ((self.bucket.cast(pl.Float64) + 0.5) / BUCKETS_PER_OCTAVE)) - 1.0
        quantile = (
            asked.with_columns(
                low=up_to.search_sorted(before + rank.floor(), side="right"),
                high=up_to.search_sorted(before + rank.floor() + 1.0, side="right"),
            )
            .select(
                "rank",
                low=_at(pl.col("rank").floor(), "low", middle_ns),
                high=_at(pl.col("rank").floor() + 1.0, "high", middle_ns),
            )
            .select(
                pl.col("low") + (pl.col("rank") - pl.col("rank").floor()) * (pl.col("high") - pl.col("low"))
            )
            .to_series()
            .to_list()
        )
        count = len(owners)
        columns = [quantile[place : place + count] for place in range(0, len(quantile), count)]
        return list(zip(owners.to_list(), zip(*columns, strict=True), strict=True))


def _at(rank: pl.Expr, place: str, middle_ns: pl.Series) -> pl.Expr:
    """The duration of this rank: of the last one the exact largest, else the middle of its bucket."""
    middle = pl.lit(middle_ns).gather(pl.min_horizontal(place, "last"))
    return (
        pl.when(rank >= pl.col("last_rank"))
        .then("largest")
        .otherwise(pl.min_horizontal(middle, pl.col("largest")))
    )
