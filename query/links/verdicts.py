"""Gathers what the status of every link is judged by: recent blocks and baselines of other days."""

from __future__ import annotations

import polars as pl

from query.links.aggregate import LINK
from query.links.blocks import blocks_of, latest_of
from query.links.figures import LinkKey
from query.links.recent import Recent
from query.links.settings import LinkSettings
from query.links.source import LinkData, LinkMoment
from query.links.status import Replay, Stretch, Verdict, judge
from query.links.sums import LinkSums
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS

_HOUR_NS = 3_600 * NS_PER_S
_SLICE_NS = SLICE_SECONDS * NS_PER_S
# The latest minutes are judged anew each time, what is before them once in a while: in slices of ten seconds
# for a quarter of an hour, then in minutes; but where links begin in slices too, since the minute in which a
# young link turned slow would pass for what is normal.
FRESH_SECONDS = 120
FINE_SECONDS = 900
# So many minutes in which links begin, those of most links; as long after each.
BEGINNINGS = 5
BEGINNING_SECONDS = 120
# Baselines are worked out again after this time.
KEPT_SECONDS = 60
KEPT_WINDOWS = 16


class Judge:
    """Judges all links of a window; keeps baselines for a while, since they change slowly."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._earlier: Recent[dict[LinkKey, Replay]] = Recent(KEPT_SECONDS, KEPT_WINDOWS)
        self._days: Recent[dict[LinkKey, float]] = Recent(KEPT_SECONDS, KEPT_WINDOWS)

    def verdicts(self, moment: LinkMoment, data: LinkData, sums: LinkSums, now_ns: int) -> list[Verdict]:
        """The verdicts on all links of the window, in the order of their sums."""
        settings, window = self._settings, data.window
        earlier, recent, which = self._history(moment, window, now_ns)
        # Whether the window begins within what is recent: only then does its start matter there.
        first = max(window.start_ns, recent.window.start_ns) // NS_PER_S
        walked, latest = recent.worked_out(
            "walks", lambda: self._recent(recent, first, earlier), first, which
        )
        new = Replay(settings)
        other_days = [
            self._other_day(moment, window, hours, now_ns) for hours in settings.baseline_hours_before
        ]
        counted = sums.links.select("Samples", "Calls", "Errors").iter_rows()
        whole = [
            Stretch(window.seconds, samples, p95_ms, low_ms, errors / calls if calls else 0.0)
            for (samples, calls, errors), (p95_ms, low_ms) in zip(counted, sums.judged_p95_ms, strict=True)
        ]
        return [
            judge(
                found,
                walked.get(key, new),
                latest.get(key, []),
                [day[key] for day in other_days if key in day],
                settings,
                settings.objective(key.caller, key.callee),
            )
            for key, found in zip(sums.keys, whole, strict=True)
        ]

    def _history(
        self, moment: LinkMoment, window: Window, now_ns: int
    ) -> tuple[dict[LinkKey, Replay], LinkData, tuple[int, ...]]:
        """What was before the latest minutes, those, and what tells the former from others."""
        end = min(window.end_ns, now_ns) // NS_PER_S
        start = window.end_ns // NS_PER_S - self._settings.baseline_seconds
        first = max(0, start // 60 * 60)
        fine, fresh = (max(first, (end - seconds) // 60 * 60) for seconds in (FINE_SECONDS, FRESH_SECONDS))
        recent = moment.open(Window(fresh * NS_PER_S, judged_until(window, now_ns)), longest=10)
        which = first, fresh, _period(now_ns)
        if first == fresh:
            return {}, recent, which
        earlier = self._earlier.get(which, lambda: self._before(moment, first, fine, fresh))
        return earlier, recent, which

    def _before(self, moment: LinkMoment, first: int, fine: int, fresh: int) -> dict[LinkKey, Replay]:
        """The blocks of a long time walked through, oldest first; Unix seconds."""
        replays: dict[LinkKey, Replay] = {}
        for slots in (self._coarse(moment, first, fine), _opened(moment, fine, fresh, 10)):
            for key, found in blocks_of(slots, self._settings).items():
                replay = replays.setdefault(key, Replay(self._settings))
                for block in found:
                    replay.add(block)
        return replays

    def _coarse(self, moment: LinkMoment, first: int, end: int) -> pl.DataFrame:
        """Minutes, and slices where links begin; Unix seconds."""
        minutes = _opened(moment, first, end, 60)
        began = beginnings(minutes, first, end)
        slices = [_opened(moment, minute, minute + 60, 10) for minute in began]
        return pl.concat([minutes.filter(~pl.col("Start").is_in(began)), *slices])

    def _recent(
        self, recent: LinkData, first: int, earlier: dict[LinkKey, Replay]
    ) -> tuple[dict[LinkKey, Replay], dict[LinkKey, list[Stretch]]]:
        """Walks through what was earlier and the latest minutes, and the latest stretch since `first`."""
        slots = _slots(recent, 10)
        of_window = slots.filter(pl.col("Start") >= first)
        walked = dict(earlier)
        for key, blocks in blocks_of(slots, self._settings).items():
            walked[key] = earlier.get(key, Replay(self._settings)).after(blocks)
        return walked, latest_of(of_window, self._settings)

    def _other_day(self, moment: LinkMoment, window: Window, hours: int, now_ns: int) -> dict[LinkKey, float]:
        end_ns = (window.end_ns // _HOUR_NS + 1 - hours) * _HOUR_NS
        if end_ns <= _HOUR_NS:
            return {}
        hour = Window(end_ns - _HOUR_NS, end_ns)
        return self._days.get((hour, _period(now_ns)), lambda: self._hour_p95_ms(moment, hour))

    def _hour_p95_ms(self, moment: LinkMoment, hour: Window) -> dict[LinkKey, float]:
        sums = moment.open(hour).sums()
        p95s_ms = sums.judged_p95_ms
        return {
            key: p95_ms
            for key, (p95_ms, _), samples in zip(sums.keys, p95s_ms, sums.links["Samples"], strict=True)
            if samples >= self._settings.baseline_calls
        }


def beginnings(minutes: pl.DataFrame, first: int, end: int) -> list[int]:
    """Minutes in which links begin and those after them, in order.

    Args:
        minutes: Rows per link and minute.
        first: What began here may be older.
        end: No minute from here on.
    """
    began = minutes.group_by(LINK).agg(pl.col("Start").min()).filter(pl.col("Start") > first)
    most = began["Start"].value_counts().sort(["count", "Start"], descending=[True, False]).head(BEGINNINGS)
    return sorted(
        {
            minute
            for start in most["Start"]
            for minute in range(start, min(start + BEGINNING_SECONDS, end), 60)
        }
    )


def judged_until(window: Window, now_ns: int) -> int:
    """The end of the last whole slice of a window that is past: those of near ends share it."""
    end_ns = window.end_ns // _SLICE_NS * _SLICE_NS
    past = window.end_ns < now_ns - _SLICE_NS
    return end_ns if past and end_ns - window.start_ns > FRESH_SECONDS * NS_PER_S else window.end_ns


def _period(now_ns: int) -> int:
    """Equal for as long as what was worked out serves; tests have clocks that jump."""
    return now_ns // (KEPT_SECONDS * NS_PER_S)


def _opened(moment: LinkMoment, start: int, end: int, seconds: int) -> pl.DataFrame:
    return _slots(moment.open(Window(start * NS_PER_S, end * NS_PER_S), longest=seconds), seconds)


def _slots(data: LinkData, seconds: int) -> pl.DataFrame:
    return data.observed(seconds).with_columns(Seconds=pl.lit(seconds, pl.UInt32))
