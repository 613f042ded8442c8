"""Rolls up in the background: joins slices of links once their spans have come, sums minutes and hours.

Calls of services are summed beside them, from the same spans to the same minutes and hours.

Everything it knows between two rounds is in the store, so any number of processes may run it and any of them
may die at any point: a slot is written whole, marked unreadable before what is under it changes, and the
second up to whose arrivals all is done moves on last (docs/adr/0006-link-roll-up.md).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

import polars as pl

from query.links.aggregate import EXEMPLARS_KEPT, figures_of, summed
from query.links.background import Background
from query.links.joined import batches, join_parts
from query.links.minutes import MinuteSums, Rows, slices_of
from query.links.settling import LONGEST_UNPACKING_SECONDS, VISIBLE_AFTER_SECONDS, all_read_before
from query.links.source import LinkSource
from query.model.window import NS_PER_S
from query.services.minutes import counted
from storage.errors import StorageError
from storage.hops import SLICE_SECONDS
from storage.services import ServiceStore
from storage.slots import HOUR, MINUTE, Slots

logger = logging.getLogger(__name__)

# Share of one thread's time that rounds may take; at high rates links are joined at query time for longer.
# Rounds that do much at once join fewer slices twice.
MOST_BUSY_SHARE = 0.1
LONGEST_PAUSE_SECONDS = 30.0
# Where more than this is left to do, it is done in pieces of so many spans: a death costs one, not all.
# Rounds take more of a thread then: a full collector would leave more than a question may join.
LONG_BEHIND_SECONDS = 60
MOST_BUSY_SHARE_BEHIND = 0.5
PIECE_SPANS = 1_000_000
# Whoever is behind does not rest while fewer spans arrive than this.
LITTLE_PER_SECOND = 5_000
LATELY_SECONDS = 10
HOUR_AGAIN_AFTER_SECONDS = 60
# Slots summed in one go: bounds the rows held in memory.
SUMMED_AT_ONCE = {MINUTE: 20, HOUR: 1}


class LinkRollUp:
    """The roll-up of links and services; `start` and `stop` run it in a thread, `advance` does one round."""

    def __init__(
        self,
        source: LinkSource,
        services: ServiceStore,
        *,
        pause_seconds: float = 2.0,
        visible_after_seconds: int = VISIBLE_AFTER_SECONDS,
        longest_unpacking_seconds: int = LONGEST_UNPACKING_SECONDS,
    ) -> None:
        self._source = source
        self._store = source.store
        self._services = services
        self._minutes = MinuteSums(source.hop_spans, source.store, services)
        settings = source.settings
        waited_seconds = max(settings.late_seconds, settings.late_answered_seconds - VISIBLE_AFTER_SECONDS)
        self._settle_seconds = waited_seconds + visible_after_seconds
        self._longest_unpacking_seconds = longest_unpacking_seconds
        self._pause_seconds = pause_seconds
        self._background = Background("link-roll-up", self._run)
        self._open: dict[int, set[int]] = {MINUTE: set(), HOUR: set()}
        self._hours_done_at = 0
        self._recovered = False

    def start(self) -> None:
        """Starts the thread; a second call does nothing."""
        self._background.start()

    def stop(self) -> None:
        """Stops after the round that is under way."""
        self._background.stop()

    def advance(self) -> None:
        """Rolls up everything that has settled, piece by piece.

        Raises:
            StorageError: The store refused; the next round does it again.
        """
        while self.advance_piece():
            pass

    def advance_piece(self) -> bool:
        """Rolls up what settled first, at most `PIECE_SPANS`; returns whether more has.

        Raises:
            StorageError: The store refused; the next round does it again.
        """
        all_settled, rolled_up_to = self._settled()
        settled = all_settled
        if settled > rolled_up_to + LONG_BEHIND_SECONDS:
            settled = self._store.piece(rolled_up_to, settled, PIECE_SPANS)
        if not self._recovered:
            self._recover()
        if settled > rolled_up_to:
            changed = self._store.changed_slices(rolled_up_to, settled)
            if changed:
                self._join(changed)
            self._sum(MINUTE, settled)
            self._store.advance(settled)
        more = settled < all_settled
        # Hours last: the next piece changes them again, and readers do with minutes until then.
        if not more and settled >= self._hours_done_at + HOUR_AGAIN_AFTER_SECONDS:
            self._sum(HOUR, settled)
            self._hours_done_at = settled
        return more

    def _settled(self) -> tuple[int, int]:
        """The second before whose end nothing arrives any more, and the one up to which all is rolled up."""
        clock = self._store.clock()
        settled = all_read_before(
            clock,
            waited_seconds=self._settle_seconds,
            longest_unpacking_seconds=self._longest_unpacking_seconds,
        )
        return settled, clock.rolled_up_to

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            started = time.monotonic()
            more = False
            try:
                more = self.advance_piece()
            except StorageError as error:
                logger.warning("links could not be rolled up, trying again: %s", error)
            except Exception:
                logger.exception("the link roll-up failed, trying again")
            busy = time.monotonic() - started
            if more and self._little_arrives():
                continue
            stopping.wait(max(self._pause_seconds, rest_seconds(busy, behind=more)))

    def _little_arrives(self) -> bool:
        """Whether catching up without a rest takes nothing from ingest."""
        try:
            arrived = self._store.arrived(self._store.clock().now_ns // NS_PER_S - LATELY_SECONDS)
        except StorageError:
            return False
        return arrived < LITTLE_PER_SECOND * LATELY_SECONDS

    def _join(self, slices: Sequence[int]) -> None:
        occupied = self._source.hop_spans.occupied(min(slices), max(slices) + SLICE_SECONDS)
        for batch in batches(slices, occupied):
            version = self._store.clock().now_ns
            late_after = version // NS_PER_S - self._source.settings.late_seconds
            hops, services = [], []
            for spans, found in join_parts(self._source.hop_spans, batch, late_after):
                hops.append(found)
                services.append(counted(spans))
            operations = figures_of(pl.concat(hops), SLICE_SECONDS, by_operation=True)
            links = summed(operations, SLICE_SECONDS, by_operation=False, exemplars=EXEMPLARS_KEPT)
            over = {length: {start // length * length for start in batch} for length in (MINUTE, HOUR)}
            self._store.mark(over, version, valid=False)
            for length, starts in over.items():
                self._open[length] |= starts
            self._store.replace(SLICE_SECONDS, batch, version, [links, operations])
            self._minutes.keep(batch, version, operations, pl.concat(services))

    def _sum(self, resolution: int, settled: int) -> None:
        """Sums slots that are over, from the next finer ones."""
        over = sorted(start for start in self._open[resolution] if start + resolution <= settled)
        at_once = SUMMED_AT_ONCE[resolution]
        for first in range(0, len(over), at_once):
            starts = over[first : first + at_once]
            # Before anything is read: whoever writes slices after this sums them under a later one.
            version = self._store.clock().now_ns
            links, services = self._minutes.sums(starts) if resolution == MINUTE else self._hours(starts)
            self._store.replace(resolution, starts, version, links)
            self._services.replace(resolution, starts, version, services)
            self._store.mark({resolution: starts}, version, valid=True)
            self._open[resolution] -= set(starts)

    def _hours(self, starts: Sequence[int]) -> tuple[Rows, Rows]:
        found: dict[int, bool] = {}
        for start in starts:
            found |= self._store.slots(MINUTE, start, start + HOUR)
        parts = Slots(
            slices=slices_of([minute for minute, valid in found.items() if not valid]),
            minutes=tuple(minute for minute, valid in found.items() if valid),
        )
        ways = (False, True)
        return (
            [self._store.figures(parts, slot_seconds=HOUR, by_operation=detailed) for detailed in ways],
            [self._services.summed(parts, HOUR, by_operation=detailed) for detailed in ways],
        )

    def _recover(self) -> None:
        """Finds what an earlier process left unsummed."""
        for resolution in (MINUTE, HOUR):
            slots = self._store.slots(resolution, 0, 2**32 - 1)
            self._open[resolution] |= {start for start, valid in slots.items() if not valid}
        self._recovered = True


def rest_seconds(busy_seconds: float, *, behind: bool) -> float:
    """How long to leave the machine to ingest and questions after a round.

    Args:
        busy_seconds: What the round took.
        behind: Whether it left settled spans undone.
    """
    share = MOST_BUSY_SHARE_BEHIND if behind else MOST_BUSY_SHARE
    return min(busy_seconds * (1.0 / share - 1.0), LONGEST_PAUSE_SECONDS)
