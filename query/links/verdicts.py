"""Gathers what the status of every link is judged by: recent blocks and baselines of other days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from query.links.blocks import blocks_of, latest_of
from query.links.confidence import fraction_low
from query.links.figures import Figures, LinkKey, by_link
from query.links.settings import LinkSettings
from query.links.sketch import quantiles_ns
from query.links.source import LinkMoment
from query.links.status import Stretch, Verdict, judge
from query.model.window import NS_PER_S, Window

_HOUR_NS = 3_600 * NS_PER_S
# The latest minutes are judged in slices of ten seconds, what is before them in minutes.
FINE_SECONDS = 120
# Baselines are worked out again after this time.
KEPT_SECONDS = 15
KEPT_WINDOWS = 16


class Judge:
    """Judges all links of a window; keeps baselines for a while, since they change slowly."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._coarse = _Kept()
        self._days = _Kept()

    def verdicts(
        self, moment: LinkMoment, window: Window, figures: Mapping[LinkKey, Figures], now_ns: int
    ) -> dict[LinkKey, Verdict]:
        """The verdict of every link that has figures in the window."""
        settings = self._settings
        earlier, recent = self._history(moment, window, now_ns)
        blocks = blocks_of(recent, settings)
        latest = latest_of(recent.filter(pl.col("Start") >= window.start_ns // NS_PER_S), settings)
        other_days = [
            self._other_day(moment, window, hours, now_ns) for hours in settings.baseline_hours_before
        ]
        return {
            key: judge(
                self._whole(found, window),
                [*earlier.get(key, []), *blocks.get(key, [])],
                latest.get(key, []),
                [day[key] for day in other_days if key in day],
                settings,
                settings.objective(key.caller, key.callee),
            )
            for key, found in figures.items()
        }

    def _history(
        self, moment: LinkMoment, window: Window, now_ns: int
    ) -> tuple[dict[LinkKey, list[Stretch]], pl.DataFrame]:
        """Blocks of what is before the latest minutes, and the slots of those."""
        end = min(window.end_ns, now_ns) // NS_PER_S
        start = window.end_ns // NS_PER_S - self._settings.baseline_seconds
        first, fine = max(0, start // 60 * 60), max(0, (end - FINE_SECONDS) // 60 * 60)
        fine = max(first, fine)
        recent = _slots(moment, Window(fine * NS_PER_S, window.end_ns), 10)
        if first == fine:
            return {}, recent
        coarse = Window(first * NS_PER_S, fine * NS_PER_S)
        earlier: dict[LinkKey, list[Stretch]] = self._coarse.get(
            coarse, now_ns, lambda: blocks_of(_slots(moment, coarse, 60), self._settings)
        )
        return earlier, recent

    def _other_day(self, moment: LinkMoment, window: Window, hours: int, now_ns: int) -> dict[LinkKey, float]:
        end_ns = (window.end_ns // _HOUR_NS + 1 - hours) * _HOUR_NS
        if end_ns <= _HOUR_NS:
            return {}
        hour = Window(end_ns - _HOUR_NS, end_ns)
        found: dict[LinkKey, float] = self._days.get(hour, now_ns, lambda: self._hour_p95_ms(moment, hour))
        return found

    def _hour_p95_ms(self, moment: LinkMoment, hour: Window) -> dict[LinkKey, float]:
        found = by_link(*moment.open(hour).totals())
        return {
            key: quantiles_ns(figures.observed.histogram, (0.95,), figures.observed.max_ns)[0] / 1e6
            for key, figures in found.items()
            if figures.samples >= self._settings.baseline_calls
        }

    def _whole(self, found: Figures, window: Window) -> Stretch:
        low = fraction_low(0.95, found.samples, self._settings.confidence_z)
        observed = found.observed
        p95_ns, low_ns = quantiles_ns(observed.histogram, (0.95, low), observed.max_ns)
        return Stretch(window.seconds, found.samples, p95_ns / 1e6, low_ns / 1e6, found.error_rate)


class _Kept:
    """Keeps what was worked out for a few windows."""

    def __init__(self) -> None:
        self._found: dict[Window, tuple[int, Any]] = {}

    def get(self, window: Window, now_ns: int, work_out: Callable[[], Any]) -> Any:
        found = self._found.get(window)
        if found is None or not found[0] <= now_ns < found[0] + KEPT_SECONDS * NS_PER_S:
            found = (now_ns, work_out())
            # Replaced whole, never changed: other threads may be reading it.
            newest = sorted(self._found.items(), key=lambda item: item[1][0])[-KEPT_WINDOWS:]
            self._found = {**dict(newest), window: found}
        return found[1]


def _slots(moment: LinkMoment, window: Window, seconds: int) -> pl.DataFrame:
    return moment.open(window).slots(seconds).with_columns(Seconds=pl.lit(seconds, pl.UInt32))
