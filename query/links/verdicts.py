"""Gathers what the status of every link is judged by: recent blocks and baselines of other days."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from query.links.blocks import blocks_of, latest_of
from query.links.confidence import fraction_low
from query.links.figures import Figures, LinkKey, by_link
from query.links.settings import LinkSettings
from query.links.sketch import quantiles_ns
from query.links.source import LinkSource
from query.links.status import Stretch, Verdict, judge
from query.model.window import NS_PER_S, Window

_HOUR_NS = 3_600 * NS_PER_S
# The latest minutes are judged in slices of ten seconds, what is before them in minutes.
FINE_SECONDS = 300


class Judge:
    """Judges all links of a window."""

    def __init__(self, source: LinkSource, settings: LinkSettings) -> None:
        self._source = source
        self._settings = settings

    def verdicts(
        self, window: Window, figures: Mapping[LinkKey, Figures], now_ns: int
    ) -> dict[LinkKey, Verdict]:
        """The verdict of every link that has figures in the window."""
        settings = self._settings
        slots = self._recent_slots(window, now_ns)
        blocks = blocks_of(slots, settings)
        inside = slots.filter(pl.col("Start") >= window.start_ns // NS_PER_S)
        latest = latest_of(inside, settings)
        other_days = [self._other_day(window, hours, now_ns) for hours in settings.baseline_hours_before]
        return {
            key: judge(
                self._whole(found, window),
                blocks.get(key, []),
                latest.get(key, []),
                [day[key] for day in other_days if key in day],
                settings,
                settings.objective(key.caller, key.callee),
            )
            for key, found in figures.items()
        }

    def _recent_slots(self, window: Window, now_ns: int) -> pl.DataFrame:
        end_ns = min(window.end_ns, now_ns)
        start_ns = min(window.end_ns - self._settings.baseline_seconds * NS_PER_S, window.start_ns)
        fine_ns = max(start_ns, (end_ns // NS_PER_S - FINE_SECONDS) // 60 * 60 * NS_PER_S)
        parts = [
            (Window(max(0, start_ns // NS_PER_S // 60 * 60 * NS_PER_S), fine_ns), 60),
            (Window(fine_ns, window.end_ns), 10),
        ]
        frames = [
            self._source.open(part, now_ns).slots(seconds).with_columns(Seconds=pl.lit(seconds, pl.UInt32))
            for part, seconds in parts
            if part.end_ns > part.start_ns
        ]
        return pl.concat(frames)

    def _other_day(self, window: Window, hours: int, now_ns: int) -> dict[LinkKey, float]:
        end_ns = (window.end_ns // _HOUR_NS + 1 - hours) * _HOUR_NS
        if end_ns <= _HOUR_NS:
            return {}
        hour = self._source.open(Window(end_ns - _HOUR_NS, end_ns), now_ns)
        found = by_link(*hour.totals())
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
