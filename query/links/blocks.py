"""Cuts the recent past of every link into stretches of calls that can be judged, all links at once. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from query.links.figures import LinkKey
from query.links.histograms import Histograms
from query.links.numbering import numbered
from query.links.settings import LinkSettings
from query.links.status import Stretch

_P95 = 0.95
_NS_PER_MS = 1e6


def blocks_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """Stretches of about `settings.block_calls` calls, cut from a link's first slot on, oldest first.

    So blocks stay as they are while calls are added; what is too little for one at the end goes to the block
    before. A slot is never cut, in however many rows it comes: in which is a matter of how its hops arrived.

    Args:
        slots: Rows of `query.links.source.LinkData.observed` with `Seconds`, the length of their slot.
        settings: Sizes and confidence.
    """
    if slots.is_empty():
        return {}
    rows = _Rows.of(slots, descending=False)
    stretch = rows.before() // settings.block_calls
    begins = rows.begins | _changes(stretch)
    # Of each link the last stretch, and how many calls it has.
    ends = np.append(np.flatnonzero(rows.begins)[1:], len(stretch))
    last = np.maximum.accumulate(np.where(begins, np.arange(len(stretch)), 0))[ends - 1]
    until = np.cumsum(rows.samples)
    few = until[ends - 1] - until[last] + rows.samples[last] < settings.block_calls
    begins[last[few]] = rows.begins[last[few]]
    return _judged(slots, rows, begins, settings)


def latest_of(slots: pl.DataFrame, settings: LinkSettings) -> dict[LinkKey, list[Stretch]]:
    """The shortest stretch of `settings.stretch_calls` calls that ends at the end, where there is one."""
    if slots.is_empty():
        return {}
    rows = _Rows.of(slots, descending=True)
    rows = rows.where(rows.before() < settings.stretch_calls)
    latest = _judged(slots, rows, rows.begins, settings)
    return {key: found for key, found in latest.items() if found[0].samples >= settings.stretch_calls}


@dataclass(frozen=True)
class _Rows:
    """Rows of slots by link, and of a link by time.

    Attributes:
        keys: The links.
        order: Where each row is among the slots.
        link: Its link's number.
        start: Of its slot.
        samples: Its observed calls.
    """

    keys: list[LinkKey]
    order: npt.NDArray[np.int64]
    link: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    samples: npt.NDArray[np.int64]

    @classmethod
    def of(cls, slots: pl.DataFrame, *, descending: bool) -> _Rows:
        links, link = numbered(slots)
        start = _numbers(slots, "Start")
        order = np.lexsort((-start if descending else start, link))
        keys = [LinkKey(*row) for row in links.iter_rows()]
        return cls(keys, order, link[order], start[order], _numbers(slots, "Samples")[order])

    def where(self, kept: npt.NDArray[np.bool_]) -> _Rows:
        return _Rows(self.keys, self.order[kept], self.link[kept], self.start[kept], self.samples[kept])

    @property
    def begins(self) -> npt.NDArray[np.bool_]:
        """Whether a link begins with this row."""
        return _changes(self.link)

    def before(self) -> npt.NDArray[np.int64]:
        """Calls of the link in the slots before; all rows of a slot have the same."""
        before = np.cumsum(self.samples) - self.samples
        return _first_of_each(before, self.begins | _changes(self.start)) - _first_of_each(
            before, self.begins
        )


def _judged(
    slots: pl.DataFrame, rows: _Rows, begin: npt.NDArray[np.bool_], settings: LinkSettings
) -> dict[LinkKey, list[Stretch]]:
    """What was observed in the stretches that begin with these rows."""
    begins = np.flatnonzero(begin)
    owner = np.cumsum(begin) - 1
    cut = slots[rows.order]
    until = np.maximum.reduceat(rows.start + _numbers(cut, "Seconds"), begins)
    seconds = until - np.minimum.reduceat(rows.start, begins)
    total = np.add.reduceat(rows.samples, begins)
    errors, weights = (np.add.reduceat(cut[name].to_numpy(), begins) for name in ("Errors", "Calls"))
    p95_ms, low_ms = _percentiles(
        Histograms.summed([(owner, cut["Buckets"], cut["Counts"])]), total, settings.confidence_z
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        error_rate = errors / weights
    made = map(
        Stretch,
        seconds.astype(np.float64).tolist(),
        total.tolist(),
        p95_ms.tolist(),
        low_ms.tolist(),
        error_rate.tolist(),
    )
    found: dict[LinkKey, list[Stretch]] = {}
    for number, one in zip(rows.link[begins].tolist(), made, strict=True):
        found.setdefault(rows.keys[number], []).append(one)
    return found


def _changes(values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether a value is another than the one before."""
    return np.append(True, values[1:] != values[:-1])


def _first_of_each(values: npt.NDArray[np.int64], begins: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """For every value the first one of its run."""
    at = np.flatnonzero(begins)
    return np.repeat(values[at], np.diff(np.append(at, len(values))))


def _numbers(rows: pl.DataFrame, column: str) -> npt.NDArray[np.int64]:
    return rows[column].to_numpy().astype(np.int64)


def _percentiles(
    histograms: Histograms, samples: npt.NDArray[np.int64], z: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """p95 and its surely lower end of every stretch (ms): the middle of the first bucket beyond the rank.

    Args:
        histograms: By number of the stretch.
        samples: Observed calls of each stretch.
        z: Standard deviations that make the surely lower end.
    """
    ends, middle_ns = histograms.ends, histograms.middle_ns
    spread = z * math.sqrt(_P95 * (1.0 - _P95))
    low = np.maximum(_P95 - spread / np.sqrt(np.maximum(samples[ends.owner], 1)), 0.0)
    found = []
    for share in (np.full(len(low), _P95), low):
        of_all = np.full(len(samples), np.nan)
        of_all[ends.owner] = middle_ns[ends.at(share * ends.last_rank)] / _NS_PER_MS
        found.append(of_all)
    return found[0], found[1]
