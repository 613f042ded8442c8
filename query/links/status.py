"""Says whether a link is ok, slow, failing or quiet, and why, in a sentence with numbers.

Rules S1–S8 of docs/links.md. Judged are the whole window, its latest stretch of calls and its latest blocks;
the baseline is made of earlier blocks that were not slow themselves. Pure; reads no clock.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from query.links.confidence import share_low
from query.links.settings import LinkSettings, Objective
from query.model.link import Status

# So many blocks above what is normal are held back until the next one tells whether they were slow.
HELD = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time with what was observed in it.

    `p95_low_ms` is p95 at the low end of its confidence interval. `seconds` is how long it lasted.
    """

    seconds: float
    samples: int
    p95_ms: float
    p95_low_ms: float
    error_rate: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status with its reasons; `baseline_p95_ms` is None when there is no history to compare with."""

    status: Status
    reasons: list[str]
    baseline_p95_ms: float | None


def judge(
    window: Stretch,
    walked: Replay,
    latest: Sequence[Stretch],
    other_days_p95_ms: Sequence[float],
    settings: LinkSettings,
    objective: Objective,
) -> Verdict:
    """The verdict on one link.

    Args:
        window: The whole window asked about.
        walked: A walk through stretches of at least `settings.block_calls` calls from before the window to
            its end; the last one ends with the window.
        latest: Longer stretches that end with the window (the shortest with `settings.stretch_calls` calls).
        other_days_p95_ms: p95 of the same hour on other days, where there is one.
        settings: Thresholds.
        objective: What this link promises.
    """
    preceding, slow_blocks = walked.normal_p95_ms, walked.slow
    baseline_ms = _middle([*([preceding] if preceding is not None else []), *other_days_p95_ms])
    if window.samples < settings.quiet_below_calls:
        calls = "call" if window.samples == 1 else "calls"
        return Verdict("quiet", [f"only {window.samples} {calls}: too few to judge"], baseline_ms)
    reasons = _failing([window, *latest, *walked.last], settings, objective)
    if reasons:
        slow = _slow(window, latest, slow_blocks, baseline_ms, settings, objective)
        return Verdict("failing", reasons + slow, baseline_ms)
    reasons = _slow(window, latest, slow_blocks, baseline_ms, settings, objective)
    return Verdict("slow" if reasons else "ok", reasons, baseline_ms)


def _failing(judged: Sequence[Stretch], settings: LinkSettings, objective: Objective) -> list[str]:
    threshold = settings.failing_error_rate if objective.error_rate is None else objective.error_rate
    for number, stretch in enumerate(judged):
        enough = stretch.samples >= settings.quiet_below_calls
        if enough and share_low(stretch.error_rate, stretch.samples, settings.confidence_z) > threshold:
            when = f" in the last {_duration(stretch.seconds)}" if number else ""
            rate = f"{stretch.error_rate * 100:.1f} %"
            return [f"{rate} of {stretch.samples:,} calls failed{when} (threshold {threshold * 100:.3g} %)"]
    return []


def _slow(
    window: Stretch,
    latest: Sequence[Stretch],
    slow_blocks: Sequence[Stretch],
    baseline_ms: float | None,
    settings: LinkSettings,
    objective: Objective,
) -> list[str]:
    recent = _together(slow_blocks)
    judged = [window, *latest, *([recent] if recent else [])]
    if objective.p95_ms is not None:
        for number, stretch in enumerate(judged):
            if stretch.p95_low_ms > objective.p95_ms:
                return [f"{_p95(stretch, number)} is above its objective of {_ms(objective.p95_ms)}"]
        return []
    if baseline_ms is None:
        return []
    for number, stretch in enumerate(judged):
        excess_ms = stretch.p95_low_ms - baseline_ms
        far = stretch.p95_low_ms > settings.slow_ratio * baseline_ms or stretch is recent
        if far and excess_ms > settings.slow_excess_ms:
            ratio = stretch.p95_ms / max(baseline_ms, 1e-6)
            return [f"{_p95(stretch, number)} is {ratio:.1f}x its baseline of {_ms(baseline_ms)}"]
    return []


class Replay:
    """A walk through time, block by block: what was normal, and the slow blocks that reach to the end.

    A block that is slow against what came before it is not part of what is normal; two in a row, or one far
    above, make the link slow until a block is near normal again. One that is above, but not surely, may be
    the one in which it turned slow: the next ones tell. Normal is the median p95 of the blocks that are, once
    there are enough calls.

    Attributes:
        slow: The slow blocks that reach to the end.
        last: The last block, if there was any.
    """

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._missing = settings.baseline_calls
        self._sorted_p95_ms: list[float] = []
        self._held: list[Stretch] = []
        self.slow: list[Stretch] = []
        self.last: list[Stretch] = []

    @property
    def normal_p95_ms(self) -> float | None:
        """None while there are too few calls."""
        return self._sorted_p95_ms[len(self._sorted_p95_ms) // 2] if self._missing <= 0 else None

    def after(self, blocks: Iterable[Stretch]) -> Replay:
        """Another one that has gone on by these blocks; this one stays where it is."""
        other = Replay(self._settings)
        other._missing = self._missing
        other._sorted_p95_ms = list(self._sorted_p95_ms)
        other._held, other.slow, other.last = list(self._held), list(self.slow), self.last
        for block in blocks:
            other.add(block)
        return other

    def add(self, block: Stretch) -> None:
        """Goes on by one block."""
        self.last = [block]
        settings, baseline_ms = self._settings, self.normal_p95_ms
        if baseline_ms is None:
            self._count(block)
            return
        suspects = [one for one in self._held if self._above(one.p95_low_ms, baseline_ms)]
        at_once_ms = settings.slow_at_once_ratio * baseline_ms
        if self.slow and block.p95_ms > settings.recovered_ratio * baseline_ms:
            self.slow.append(block)
        elif self._above(block.p95_low_ms, baseline_ms) and (suspects or block.p95_low_ms > at_once_ms):
            self.slow = [*suspects, block]
            self._held = []
        elif self._above(block.p95_ms, baseline_ms):
            self._hold(block)
        else:
            for one in (*self._held, block):
                self._count(one)
            self.slow, self._held = [], []

    def _above(self, p95_ms: float, baseline_ms: float) -> bool:
        far = p95_ms > self._settings.slow_ratio * baseline_ms
        return far and p95_ms - baseline_ms > self._settings.slow_excess_ms

    def _hold(self, block: Stretch) -> None:
        """What goes on to be above, but never surely, is what is normal."""
        self._held.append(block)
        if len(self._held) > HELD:
            self._count(self._held.pop(0))

    def _count(self, block: Stretch) -> None:
        self._missing -= block.samples
        insort(self._sorted_p95_ms, block.p95_ms)


def _together(blocks: Sequence[Stretch]) -> Stretch | None:
    if not blocks:
        return None
    samples = sum(block.samples for block in blocks)

    def mean(values: Sequence[float]) -> float:
        return sum(value * block.samples for value, block in zip(values, blocks, strict=True)) / samples

    return Stretch(
        seconds=sum(block.seconds for block in blocks),
        samples=samples,
        p95_ms=mean([block.p95_ms for block in blocks]),
        p95_low_ms=mean([block.p95_low_ms for block in blocks]),
        error_rate=mean([block.error_rate for block in blocks]),
    )


def _middle(values: Sequence[float]) -> float | None:
    """The median; of an even number the higher one of the middle two, so that doubt is not red."""
    return sorted(values)[len(values) // 2] if values else None


def _p95(stretch: Stretch, number: int) -> str:
    return f"p95 {_ms(stretch.p95_ms)}" + (f" in the last {_duration(stretch.seconds)}" if number else "")


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
