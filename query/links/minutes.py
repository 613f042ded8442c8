"""Sums minutes of links and services from slices: from memory those just made, others from the store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from query.links.aggregate import summed
from query.links.joined import batches
from query.services.minutes import of_services, operations_of
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from storage.slots import MINUTE, Slots

# Figures of slices that are kept until their minute is over; beyond it they are read from the store.
MOST_BYTES = 128 * 1024 * 1024
# Spans summed to minutes of services in one query: bounds its memory.
SUMMED_SPANS = 500_000

Rows = list[pl.DataFrame]


@dataclass(frozen=True, slots=True)
class _Slice:
    version: int
    links: pl.DataFrame
    services: pl.DataFrame

    @property
    def size(self) -> int:
        return int(self.links.estimated_size() + self.services.estimated_size())


class MinuteSums:
    """Makes the rows of minutes; not safe to share between threads.

    Args:
        hop_spans: Where minutes of services are summed from that are not in memory.
        links: Where slices of links are.
        services: Sums services in the store.
    """

    def __init__(self, hop_spans: HopSpans, links: LinkFigureStore, services: ServiceStore) -> None:
        self._hop_spans = hop_spans
        self._links = links
        self._services = services
        self._kept: OrderedDict[int, _Slice] = OrderedDict()
        self._bytes = 0

    def keep(self, slices: Iterable[int], version: int, links: pl.DataFrame, services: pl.DataFrame) -> None:
        """Remembers slices that were written.

        Args:
            slices: Starts, Unix seconds.
            version: Under which they were written.
            links: Their figures by operation (`query.links.aggregate`).
            services: Their spans (`query.services.minutes.counted`).
        """
        links_by_start = links.partition_by("Start", as_dict=True)
        services_by_start = services.partition_by("Start", as_dict=True)
        for start in slices:
            self._forget(start)
            kept = _Slice(
                version,
                links_by_start.get((start,), links.clear()),
                services_by_start.get((start,), services.clear()),
            )
            self._kept[start] = kept
            self._bytes += kept.size
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._kept)))

    def sums(self, minutes: Sequence[int]) -> tuple[Rows, Rows]:
        """Figures of links, in whole and by operation, and the same of services.

        Args:
            minutes: Starts, Unix seconds. What is known of their slices is forgotten.
        """
        versions = self._links.slice_versions(slices_of(minutes))
        known = [minute for minute in minutes if self._are_latest(minute, versions)]
        found = [self._known(known)] if known else []
        if stored := [minute for minute in minutes if minute not in known]:
            found.append(self._stored(stored))
        for start in slices_of(minutes):
            self._forget(start)
        links, services = zip(*found, strict=True)
        return _together(links), _together(services)

    def _are_latest(self, minute: int, versions: dict[int, int]) -> bool:
        """Whether nobody else has written these slices since."""
        kept = {start: self._kept.get(start) for start in slices_of([minute])}
        return all(
            one.version == versions.get(start) if one else start not in versions
            for start, one in kept.items()
        )

    def _known(self, minutes: Sequence[int]) -> tuple[Rows, Rows]:
        kept = [self._kept[start] for start in slices_of(minutes) if start in self._kept]
        links = summed(pl.concat([one.links for one in kept]), MINUTE, by_operation=True)
        services = operations_of(pl.concat([one.services for one in kept]), MINUTE)
        return [summed(links, MINUTE, by_operation=False), links], [of_services(services), services]

    def _stored(self, minutes: Sequence[int]) -> tuple[Rows, Rows]:
        slots = Slots(slices=slices_of(minutes))
        links = [
            self._links.figures(slots, slot_seconds=MINUTE, by_operation=detailed)
            for detailed in (False, True)
        ]
        # Summed from single spans: few minutes at once where there are many.
        occupied = self._hop_spans.occupied(min(minutes), max(minutes) + MINUTE)
        spans: dict[int, int] = {}
        for start, count in occupied.items():
            spans[start // MINUTE * MINUTE] = spans.get(start // MINUTE * MINUTE, 0) + count
        operations = pl.concat(
            self._services.minutes(slices_of(some))
            for some in batches(minutes, spans, most_spans=SUMMED_SPANS)
        )
        return links, [of_services(operations), operations]

    def _forget(self, start: int) -> None:
        if start in self._kept:
            self._bytes -= self._kept.pop(start).size


def slices_of(minutes: Sequence[int]) -> tuple[int, ...]:
    """All slices of some minutes."""
    return tuple(start for minute in minutes for start in range(minute, minute + MINUTE, SLICE_SECONDS))


def _together(found: Sequence[Rows]) -> Rows:
    """Rows of several makes, with the columns of the first."""
    return [
        pl.concat([first, *(frame.select(first.columns).cast(dict(first.schema)) for frame in others)])
        for first, *others in zip(*found, strict=True)
    ]
