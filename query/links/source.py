"""Brings the figures of links over any window: what was rolled up, and what must be joined at this moment.

With the roll-up running, only the last seconds, slices that late spans reached and the cut slices at a
window's edges are joined; without it, everything is. The numbers are the same. What was read is used again
while nothing has changed it (`query.links.remembered`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import polars as pl

from query.links.aggregate import figures_of
from query.links.answered import AnsweredPeers
from query.links.coverage import Plan
from query.links.look import Look
from query.links.remembered import RememberedFrames
from query.links.seen import MOST_SPANS_JOINED, JoinedHops, Seen
from query.links.settings import LinkSettings
from query.links.settling import all_read_before
from query.links.sums import LinkSums
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import END_OF_TIME, LinkFigureStore
from storage.slots import HOUR, NO_STEPS, Slots

T = TypeVar("T")

# Longer after the last look at the store it is cheaper to forget than to ask what changed.
_FORGET_SECONDS = 60
# Further behind, the roll-up may have so much to do that nothing it did is of use yet.
_FAR_SECONDS = 120
# While nothing arrives a look serves for so long: it remembers every window that is asked for.
_SAME_SECONDS = 30
# What took long to join serves as long again, up to this: at tens of thousands of spans per second questions
# would do nothing else, and take that from ingest.
_LONGEST_SERVED_SECONDS = 5.0


class LinkSource:
    """Finds figures of links; safe to share between threads."""

    def __init__(self, hop_spans: HopSpans, store: LinkFigureStore, settings: LinkSettings) -> None:
        self.hop_spans = hop_spans
        self.store = store
        self.settings = settings
        self.remembered = RememberedFrames()
        self._looking = threading.Lock()
        self._seen: Seen | None = None
        self._looked_at = self._made_at = self._asked_at = float("-inf")

    def moment(self, now_ns: int) -> LinkMoment:
        """Everything as of now (Unix nanoseconds), for one question; ask it for windows."""
        self._asked_at = time.monotonic()
        seen = self._fresh(self.settings.remembered_seconds)
        if seen is None:
            with self._looking:
                # Whoever waited takes what the one before has seen.
                seen = self._fresh(self.settings.remembered_seconds) or self._look_again()
        return LinkMoment(self, seen, self._late_after(now_ns))

    def watch(self, now_ns: int, *, asked_seconds: float, older_than_seconds: float) -> None:
        """Looks in advance, so that no question has to wait for it.

        Args:
            now_ns: The current time.
            asked_seconds: Does nothing when nobody has asked for so long.
            older_than_seconds: Does nothing when the last look is younger than this.
        """
        if time.monotonic() - self._asked_at > asked_seconds or self._fresh(older_than_seconds):
            return
        with self._looking:
            self._look_again(warm_after=self._late_after(now_ns))

    def _late_after(self, now_ns: int) -> int:
        return now_ns // NS_PER_S - self.settings.late_seconds

    def _fresh(self, seconds: float) -> Seen | None:
        """The last look if it is younger than this, or than what it took."""
        seen = self._seen
        if seen is None or not seconds:
            return None
        served = max(seconds, min(2.0 * seen.joining_seconds, seen.joining_seconds + _LONGEST_SERVED_SECONDS))
        return seen if time.monotonic() - self._looked_at < served else None

    def _look_again(self, warm_after: int | None = None) -> Seen:
        """The store as it is now; with `warm_after` (see `Seen.warm`) what is joined is ready, too."""
        seen = self._next_look()
        looked_at = time.monotonic()
        if warm_after is not None:
            seen.warm(warm_after)
        self._seen, self._looked_at = seen, looked_at
        return seen

    def _next_look(self) -> Seen:
        last = self._seen
        if last is None or not last.rolled_up_to or self._too_far(last.look):
            return self._first_look()
        look = self._look(last.look.settled)
        if look.clock.rolled_up_to > last.rolled_up_to + _FORGET_SECONDS:
            return self._first_look()
        if not last.look.until(look) and time.monotonic() < self._made_at + _SAME_SECONDS:
            return last
        self._made_at = time.monotonic()
        seen = last.after(look)
        self.remembered.forget(last.changed.keys() | seen.changed.keys())
        return seen

    def _first_look(self) -> Seen:
        self.remembered.clear()
        look = self._look()
        since = look.clock.rolled_up_to
        if not since or self._too_far(look):
            never = replace(look.clock, rolled_up_to=0)
            return Seen(self.hop_spans, self.store, replace(look, clock=never), {}, self._nobody_answered())
        changed = self.store.changed_slices(since, END_OF_TIME)
        seconds = look.clock.now_ns // NS_PER_S
        changed_at = dict.fromkeys(changed, seconds)
        return Seen(self.hop_spans, self.store, look, changed_at, self._nobody_answered())

    def _nobody_answered(self) -> AnsweredPeers:
        return AnsweredPeers(max(0, self.settings.late_answered_seconds - self.settings.late_seconds))

    def _look(self, since: int | None = None) -> Look:
        """What has arrived since a second, or since the last one before which nothing arrives any more."""
        clock = self.store.clock()
        from_second = all_read_before(clock) if since is None else since
        return Look(clock, self.store.arrived_traces(from_second))

    def _too_far(self, look: Look) -> bool:
        """Whether so much is left to roll up that joining a whole window is cheaper than a look."""
        return (
            look.behind_seconds > _FAR_SECONDS
            and self.store.arrived(look.clock.rolled_up_to) > MOST_SPANS_JOINED
        )


class LinkMoment:
    """The store as one question sees it; what was worked out for one question serves the next."""

    def __init__(self, source: LinkSource, seen: Seen, late_after_seconds: int) -> None:
        self._source = source
        self._seen = seen
        self._late_after = late_after_seconds

    def open(self, window: Window, *, longest: int = HOUR) -> LinkData:
        """The figures of one window, from slots of at most `longest` seconds (see `query.links.coverage`)."""
        chosen = self.plan(window, longest=longest)
        whole = [start for start in chosen.joined if _lies_in(window, start)]
        edges = [start for start in chosen.joined if not _lies_in(window, start)]
        cut: list[pl.DataFrame] = []
        start_ns = pl.col("start_ns")
        for start, hops in self._seen.joined(edges).items():
            inside = hops.filter((start_ns >= window.start_ns) & (start_ns < window.end_ns))
            if len(inside) == len(hops):
                whole.append(start)
            else:
                cut.append(inside)
        joined = JoinedHops(self._seen, tuple(whole), cut, self._late_after)
        return LinkData(window, self._source, self._seen, chosen.rolled, joined)

    def plan(self, window: Window, *, longest: int = HOUR) -> Plan:
        """Which slots a window is read from, none longer than `longest` seconds."""
        return self._seen.plan(window, longest=longest)


class LinkData:
    """Figures of one window; ask it for sums, slots or operations.

    Attributes:
        window: When hops started.
        rolled: The slots that are read from the store.
        store: Where the slots are.
    """

    def __init__(
        self, window: Window, source: LinkSource, seen: Seen, rolled: Slots, joined: JoinedHops
    ) -> None:
        self.window = window
        self.rolled = rolled
        self._joined = joined
        self.store = source.store
        self._source = source
        self._seen = seen

    @property
    def hops(self) -> pl.DataFrame:
        """All others, joined (columns of `query.links.frames.find_hops`)."""
        return self._joined.hops

    def sums(self) -> LinkSums:
        """Figures of all links over the whole window."""
        return self.worked_out("sums", self._sums)

    def worked_out(self, name: str, work_out: Callable[[], T], *also: object) -> T:
        """What is worked out of these figures, done once as long as the same hops are seen.

        Args:
            name: What it is.
            work_out: Does it.
            also: What else it depends on.
        """
        return self._seen.worked_out((name, self.rolled, self._joined.key, *also), work_out)

    def slots(self, seconds: int, *, caller: str = "", callee: str = "") -> pl.DataFrame:
        """Rows per link and slot of this many seconds; a slot may come in two rows."""
        joined = _between(self._joined.figures(seconds), caller, callee)
        if not self.rolled:
            return joined
        if caller or callee:
            rolled = [self.store.figures(self.rolled, slot_seconds=seconds, caller=caller, callee=callee)]
        else:
            rolled = [self._rolled(part, seconds) for part in _parts(self.rolled)]
        return pl.concat([joined, *(frame.select(joined.columns).cast(joined.schema) for frame in rolled)])

    def observed(self, seconds: int) -> pl.DataFrame:
        """What links are judged by, per link and slot of this many seconds, by which the window was opened.

        Columns of `link_observed.sql`; a slot may come in two rows.
        """
        client = pl.col("ClientBuckets").list.len() > 0
        joined = self._joined.figures(seconds).select(
            *("Start", "Caller", "Callee", "Kind", "Samples", "Calls", "Errors"),
            Buckets=pl.when(client).then("ClientBuckets").otherwise("ServerBuckets"),
            Counts=pl.when(client).then("ClientCounts").otherwise("ServerCounts"),
        )
        start = (pl.col("Start") // seconds * seconds).cast(pl.UInt32)
        rolled = [self._observed(part).with_columns(start) for part in _parts(self.rolled)]
        return pl.concat([joined, *(frame.cast(joined.schema) for frame in rolled)])

    def operations(self, caller: str, callee: str) -> list[pl.DataFrame]:
        """Frames by operation whose rows sum to the whole window, of the links between two services."""
        frames = [_between(figures_of(self.hops, NO_STEPS, by_operation=True), caller, callee)]
        if self.rolled:
            frames.append(self.store.figures(self.rolled, by_operation=True, caller=caller, callee=callee))
        return frames

    def _sums(self) -> LinkSums:
        frames = [self._joined.figures(SLICE_SECONDS)]
        frames += [self._rolled(part, NO_STEPS) for part in _parts(self.rolled)]
        return LinkSums.of(frames, self._source.settings)

    def _observed(self, slots: Slots) -> pl.DataFrame:
        return self._source.remembered.get("observed", slots, lambda: self.store.observed(slots))

    def _rolled(self, slots: Slots, seconds: int) -> pl.DataFrame:
        return self._source.remembered.get(
            f"figures per {seconds} s", slots, lambda: self.store.figures(slots, slot_seconds=seconds)
        )


def _lies_in(window: Window, start: int) -> bool:
    return window.start_ns <= start * NS_PER_S and (start + SLICE_SECONDS) * NS_PER_S <= window.end_ns


def _parts(slots: Slots) -> Iterable[Slots]:
    """The slots in portions that stay the same while a window moves on: minutes by their hour."""
    if slots.hours:
        yield Slots(hours=slots.hours)
    if slots.slices:
        yield Slots(slices=slots.slices)
    by_hour: dict[int, list[int]] = {}
    for start in slots.minutes:
        by_hour.setdefault(start // HOUR, []).append(start)
    for minutes in by_hour.values():
        yield Slots(minutes=tuple(minutes))


def _between(figures: pl.DataFrame, caller: str, callee: str) -> pl.DataFrame:
    if caller:
        figures = figures.filter(Caller=caller)
    return figures.filter(Callee=callee) if callee else figures
