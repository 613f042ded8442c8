"""Latency histograms that merge: the one definition of a bucket and of a percentile.

A bucket is `floor(log2(ns + 1) * 32)`: neighbours differ by 2.2 %, so a percentile is within ±1.1 % of the
exact one whatever the distribution, and histograms of any two windows, services or links add up. SQL files
write the same expression; `storage` sums the maps, this module reads numbers out of them. Pure.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate

from query.model.link import Percentiles

BUCKETS_PER_OCTAVE = 32
NS_PER_MS = 1_000_000

Histogram = Mapping[int, float]
"""Bucket → calls in it (weighted when spans carry a sampling probability)."""


def bucket_of(duration_ns: int) -> int:
    """The bucket a duration falls in."""
    return math.floor(math.log2(duration_ns + 1) * BUCKETS_PER_OCTAVE)


def lower_bound_ns(bucket: int) -> float:
    """The smallest duration in a bucket; its upper bound is the next bucket's lower one."""
    return float(2.0 ** (bucket / BUCKETS_PER_OCTAVE)) - 1.0


def middle_ns(bucket: int) -> float:
    """What a duration of this bucket is taken for: at most 1.1 % from any of them."""
    return float(2.0 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE)) - 1.0


def histogram_of(durations_ns: Iterable[int]) -> dict[int, float]:
    """The histogram of durations, each counted once."""
    histogram: dict[int, float] = {}
    for duration_ns in durations_ns:
        bucket = bucket_of(duration_ns)
        histogram[bucket] = histogram.get(bucket, 0.0) + 1.0
    return histogram


def merged(histograms: Iterable[Histogram]) -> dict[int, float]:
    """The sum of histograms."""
    total: dict[int, float] = {}
    for histogram in histograms:
        for bucket, calls in histogram.items():
            total[bucket] = total.get(bucket, 0.0) + calls
    return total


def quantiles_ns(
    histogram: Histogram, fractions: Iterable[float], max_ns: float | None = None
) -> list[float]:
    """Quantiles as of the sorted durations, linear between neighbours (numpy's and ClickHouse's default).

    A duration is taken to be in the middle of its bucket, which keeps the error within 1.1 %. What lies
    between two durations is interpolated, so that few calls give sane answers.

    Args:
        histogram: Buckets with calls; must not be empty.
        fractions: Each in [0, 1]; 0.95 asks for p95.
        max_ns: The exact largest duration when known; no answer is above it, and it is the last one's value.

    Raises:
        ValueError: The histogram is empty.
    """
    ordered = sorted(histogram)
    # up_to[i]: calls in the first i + 1 buckets.
    up_to = list(accumulate(map(histogram.__getitem__, ordered)))
    if not up_to or up_to[-1] <= 0:
        raise ValueError("an empty histogram has no quantiles")
    last_rank = max(up_to[-1] - 1.0, 0.0)

    def at(rank: float) -> float:
        if max_ns is not None and rank >= last_rank:
            return max_ns
        place = min(bisect_right(up_to, rank), len(ordered) - 1)
        estimate = middle_ns(ordered[place])
        return estimate if max_ns is None else min(estimate, max_ns)

    def between(rank: float) -> float:
        whole = math.floor(rank)
        low = at(whole)
        return low if whole == rank else low + (rank - whole) * (at(whole + 1) - low)

    return [between(fraction * last_rank) for fraction in fractions]


def percentiles(histogram: Histogram, max_ns: float) -> Percentiles | None:
    """p50, p95, p99 and the exact maximum, in ms; None of an empty histogram."""
    if not histogram:
        return None
    p50, p95, p99 = quantiles_ns(histogram, (0.50, 0.95, 0.99), max_ns)
    return Percentiles(p50 / NS_PER_MS, p95 / NS_PER_MS, p99 / NS_PER_MS, max_ns / NS_PER_MS)
