"""Cuts the recent past of every link into stretches of calls that can be judged, all links at once. Pure."""

from __future__ import annotations

import math

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
    if slots.is_empty():
        return {}
    links, link = numbered(slots)
    # By link, the latest first.
    order = np.lexsort((-_numbers(slots, "Start"), link))
    link = link[order]
    samples = _numbers(slots, "Samples")[order]
    later = np.cumsum(samples) - samples
    begins = np.flatnonzero(np.append(True, link[1:] != link[:-1]))
    stretch = (later - np.repeat(later[begins], np.diff(np.append(begins, len(link))))) // calls
    if only_latest:
        kept = stretch == 0
        order, link, samples, stretch = order[kept], link[kept], samples[kept], stretch[kept]
    begins = np.flatnonzero(np.append(True, (link[1:] != link[:-1]) | (stretch[1:] != stretch[:-1])))
    owner = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(link))))
    cut = slots[order]
    start = _numbers(cut, "Start")
    seconds = np.maximum.reduceat(start + _numbers(cut, "Seconds"), begins) - np.minimum.reduceat(
        start, begins
    )
    total = np.add.reduceat(samples, begins)
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
    keys = [LinkKey(*row) for row in links.iter_rows()]
    found: dict[LinkKey, list[Stretch]] = {}
    for number, one in zip(link[begins].tolist(), made, strict=True):
        found.setdefault(keys[number], []).append(one)
    for stretches in found.values():
        stretches.reverse()
    return found


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
