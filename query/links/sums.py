"""Figures of all links of a window at once, in columns: what the list, the map and the verdicts are made of.

`query.links.figures` holds the same of one link. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from query.links.aggregate import LINK, SIDES
from query.links.confidence import fraction_low
from query.links.figures import EXEMPLARS, Figures, LinkKey, slowest_of
from query.links.folding import Folding
from query.links.histograms import Histograms
from query.links.numbering import numbered
from query.links.settings import LinkSettings
from query.links.sketch import NS_PER_MS
from query.model.link import Exemplar, Percentiles

_NUMBERS = ("Calls", "Errors", "CalleeErrors", "Samples", "FailedSamples")
_KINDS = ("CallerKind", "CalleeKind")
_MAXIMA = tuple(f"{side}MaxNs" for side in SIDES)
_FRACTIONS = (0.50, 0.95, 0.99)


@dataclass(frozen=True)
class LinkSums:
    """Sums per link.

    Attributes:
        links: One row per link, by name: `Caller`, `Callee`, `Kind`, `CallerKind`, `CalleeKind`, `Calls`,
            `Errors`, `CalleeErrors`, `Samples`, `FailedSamples`, and of each side `…MaxNs`.
        histograms: Owner is the link's row × 3 + 0 for client, 1 for server, 2 for gap.
        parts: The rows that were summed, columns of `query.links.aggregate`.
        confidence_z: Standard deviations that make the surely lower end of p95.
        folding: Which virtual nodes are shown as one.
    """

    links: pl.DataFrame
    histograms: Histograms
    parts: pl.DataFrame
    confidence_z: float
    folding: Folding

    @classmethod
    def of(cls, frames: Sequence[pl.DataFrame], settings: LinkSettings) -> LinkSums:
        """The sum of frames with columns of `query.links.aggregate`."""
        columns = frames[0].columns
        unfolded = pl.concat([frame.select(columns) for frame in frames], how="vertical_relaxed")
        folding = Folding.of(unfolded, settings.virtual_nodes)
        parts = folding.apply(unfolded)
        names, link = numbered(parts)
        links = names.with_columns(
            parts.lazy()
            .select(*_KINDS, *_NUMBERS, *_MAXIMA, Link=link)
            .group_by("Link")
            .agg(pl.col(*_KINDS, *_MAXIMA).max(), pl.col(_NUMBERS).sum())
            .sort("Link")
            .drop("Link")
            .collect()
        )
        histograms = Histograms.summed(
            [
                (link * len(SIDES) + place, parts[f"{side}Buckets"], parts[f"{side}Counts"])
                for place, side in enumerate(SIDES)
            ]
        )
        return cls(links, histograms, parts, settings.confidence_z, folding)

    @cached_property
    def keys(self) -> list[LinkKey]:
        """Every link, in the order of `links`."""
        return [LinkKey(*row) for row in self.links.select(LINK).iter_rows()]

    @cached_property
    def percentiles(self) -> list[list[Percentiles | None]]:
        """Of every link: of its client, server and gap times; None where a side was not observed."""
        found: list[list[Percentiles | None]] = [[None] * len(SIDES) for _ in self.keys]
        max_ns = self._maxima.tolist()
        for owner, (p50, p95, p99, _) in self._quantiles:
            found[owner // len(SIDES)][owner % len(SIDES)] = _percentiles(p50, p95, p99, max_ns[owner])
        return found

    @cached_property
    def judged_p95_ms(self) -> list[tuple[float, float]]:
        """Of every link's observed times (the caller's, else the callee's): p95, and its surely lower end."""
        found: dict[int, tuple[float, float]] = {}
        for owner, (_, p95_ns, _, low_ns) in self._quantiles:
            if owner % len(SIDES) < 2:
                # The client's comes first.
                found.setdefault(owner // len(SIDES), (p95_ns / NS_PER_MS, low_ns / NS_PER_MS))
        return [found.get(link, (0.0, 0.0)) for link in range(len(self.keys))]

    def server_percentiles(self, nodes: Sequence[int], count: int) -> list[Percentiles | None]:
        """Percentiles of the callees' times by node.

        Args:
            nodes: The node that each link leads into, by number.
            count: How many nodes there are.
        """
        found: list[Percentiles | None] = [None] * count
        if not nodes:
            return found
        maxima = [0] * count
        for node, link_max_ns in zip(nodes, self.links["ServerMaxNs"].to_list(), strict=True):
            maxima[node] = max(maxima[node], link_max_ns)
        owners = [owner for node in nodes for owner in (None, node, None)]
        histograms = self.histograms.regrouped(owners)
        for node, (p50, p95, p99) in histograms.quantiles_ns(np.array(maxima, dtype=np.float64), _FRACTIONS):
            found[node] = _percentiles(p50, p95, p99, maxima[node])
        return found

    def slowest(self, keys: Sequence[LinkKey]) -> list[list[Exemplar]]:
        """The slowest requests of some links."""
        wanted = pl.DataFrame(keys, schema=dict.fromkeys(LINK, pl.String), orient="row").with_row_index(
            "place"
        )
        rows = self.parts.select(*LINK, *EXEMPLARS).join(wanted, on=LINK, how="inner")
        found: list[list[Exemplar]] = [[] for _ in keys]
        for row in rows.iter_rows(named=True):
            found[row["place"]] = slowest_of(found[row["place"]], row)
        return found

    def figures(self, key: LinkKey) -> Figures:
        """Everything about one link, exemplars included."""
        found = Figures()
        for row in self.parts.filter(Caller=key.caller, Callee=key.callee, Kind=key.kind).iter_rows(
            named=True
        ):
            found.add_row(row)
        return found

    @cached_property
    def _maxima(self) -> npt.NDArray[np.float64]:
        """The largest duration of each owner of a histogram."""
        return self.links.select(_MAXIMA).to_numpy().astype(np.float64).ravel()

    @cached_property
    def _quantiles(self) -> list[tuple[int, tuple[float, ...]]]:
        """p50, p95, p99 and the surely lower end of p95, of each owner of a histogram."""
        low = [fraction_low(0.95, samples, self.confidence_z) for samples in self.links["Samples"].to_list()]
        return self.histograms.quantiles_ns(self._maxima, [*_FRACTIONS, np.repeat(low, len(SIDES))])


def _percentiles(p50_ns: float, p95_ns: float, p99_ns: float, max_ns: float) -> Percentiles:
    return Percentiles(p50_ns / NS_PER_MS, p95_ns / NS_PER_MS, p99_ns / NS_PER_MS, max_ns / NS_PER_MS)
