"""Many latency histograms in columns, and quantiles of all of them at once. Pure.

Says the same as `query.links.sketch` (read that first), which a property test holds it to. In NumPy, because
these are many short steps over tens of thousands of numbers: what Polars takes to start each of them is
several times what the work takes (docs/adr/0006-link-roll-up.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from query.links.sketch import BUCKETS_PER_OCTAVE

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

# Up to so many places are counted in one array with a place for each, beyond it by sorting: 32 MiB.
_MOST_DENSE = 4_194_304


@dataclass(frozen=True, slots=True)
class Histograms:
    """Buckets of several histograms, by histogram and bucket, each once.

    `owner` says whose bucket it is: numbers from 0; histograms without buckets have no rows.
    """

    owner: Integers
    bucket: Integers
    count: Numbers

    @classmethod
    def summed(cls, parts: Sequence[tuple[Integers, pl.Series, pl.Series]]) -> Histograms:
        """The sum of many histograms.

        Args:
            parts: Owners, and as many lists of buckets and of their counts; those of one owner are added up.
        """
        owners, buckets, counts = [], [], []
        for owner, bucket_lists, count_lists in parts:
            owners.append(np.repeat(owner, bucket_lists.list.len().to_numpy()))
            buckets.append(bucket_lists.explode().drop_nulls().to_numpy())
            counts.append(count_lists.explode().drop_nulls().to_numpy())
        return cls.counted(
            np.concatenate([np.zeros(0, np.int64), *owners]),
            np.concatenate([np.zeros(0, np.int64), *buckets]),
            np.concatenate([np.zeros(0), *counts]),
        )

    @classmethod
    def counted(cls, owner: Integers, bucket: Integers, count: Numbers) -> Histograms:
        """Of buckets in any order, each any number of times."""
        if not len(owner):
            return cls(owner, bucket, count)
        first = int(bucket.min())
        width = int(bucket.max()) - first + 1
        place = owner * width + (bucket - first)
        size = (int(owner.max()) + 1) * width
        if size <= _MOST_DENSE:
            taken = np.zeros(size, np.bool_)
            taken[place] = True
            places = np.flatnonzero(taken)
            found = np.bincount(place, count, size)[places]
        else:
            places, which = np.unique(place, return_inverse=True)
            found = np.bincount(which, count)
        return cls(places // width, places % width + first, found.astype(np.float64, copy=False))

    def regrouped(self, owners: Sequence[int | None]) -> Histograms:
        """The same calls by other owners: `owners` has the new one of each, None to leave it out."""
        anew = np.array([-1 if owner is None else owner for owner in owners], dtype=np.int64)[self.owner]
        kept = anew >= 0
        return self.counted(anew[kept], self.bucket[kept], self.count[kept])

    def lists(self, owners: int) -> tuple[pl.Series, pl.Series]:
        """Buckets (UInt16) and counts of each of so many owners, as lists; empty where there are no calls."""
        offsets = _in_arrow(np.searchsorted(self.owner, np.arange(owners + 1)))
        buckets, counts = (
            pl.Series(pa.LargeListArray.from_arrays(offsets, _in_arrow(values)))
            for values in (self.bucket.astype(np.uint16), self.count)
        )
        return buckets, counts

    @property
    def ends(self) -> Ends:
        """Where each histogram ends."""
        last = np.flatnonzero(np.append(self.owner[1:] != self.owner[:-1], [True] * bool(len(self.owner))))
        up_to = np.cumsum(self.count)
        total = up_to[last]
        return Ends(self.owner[last], last, up_to, np.append([0.0] * bool(len(last)), total[:-1]))

    @property
    def middle_ns(self) -> Numbers:
        """The duration that each bucket stands for."""
        return np.asarray(np.exp2((self.bucket + 0.5) / BUCKETS_PER_OCTAVE) - 1.0)

    def quantiles_ns(
        self, max_ns: Numbers, fractions: Sequence[float | Numbers]
    ) -> list[tuple[int, tuple[float, ...]]]:
        """Quantiles of every histogram.

        Args:
            max_ns: The exact largest duration of each owner, by number.
            fractions: Each in [0, 1], one for all or one for each owner.

        Returns:
            Of every owner with calls, in order: its number and a quantile (ns) for each of `fractions`.
        """
        ends, middle_ns = self.ends, self.middle_ns
        largest = max_ns[ends.owner]
        quantiles = []
        for fraction in fractions:
            of_each = fraction[ends.owner] if isinstance(fraction, np.ndarray) else fraction
            rank = ends.last_rank * of_each
            below = np.floor(rank)
            low, high = (
                # Of the last one the exact largest, else the middle of its bucket.
                np.where(place >= ends.last_rank, largest, np.minimum(middle_ns[ends.at(place)], largest))
                for place in (below, below + 1.0)
            )
            quantiles.append((low + (rank - below) * (high - low)).tolist())
        return list(zip(ends.owner.tolist(), zip(*quantiles, strict=True), strict=True))


@dataclass(frozen=True, slots=True)
class Ends:
    """Of every histogram with calls, in order.

    Attributes:
        owner: Whose it is.
        last: The row of its last bucket.
        up_to: Of every row: calls up to and with it, of all histograms so far.
        before: Calls of all histograms before it.
    """

    owner: Integers
    last: Integers
    up_to: Numbers
    before: Numbers

    @property
    def last_rank(self) -> Numbers:
        """The rank of its slowest call; its fastest has rank 0."""
        return np.maximum(self.up_to[self.last] - self.before - 1.0, 0.0)

    def at(self, rank: Numbers) -> Integers:
        """The row of the bucket that holds the call of this rank, one for each histogram."""
        return np.minimum(np.searchsorted(self.up_to, self.before + rank, side="right"), self.last)


def buckets_of(durations_ns: npt.NDArray[np.uint64]) -> Integers:
    """The bucket of each duration, as `query.links.sketch.bucket_of` has it."""
    octaves: Numbers = np.log2(durations_ns.astype(np.float64) + 1.0)
    return np.floor(octaves * BUCKETS_PER_OCTAVE).astype(np.int64)


def _in_arrow(values: npt.NDArray[Any]) -> pa.Array:
    """The same numbers for Arrow, whose own way from NumPy loads pandas to see whether that made them."""
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, buffer])
