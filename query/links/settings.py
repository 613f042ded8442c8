"""Thresholds of a link's colour and how late spans may be, with their defaults (docs/links.md, "Status").

Pure data; `spanhouse` fills it from the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Objective:
    """What one link promises, instead of the general thresholds. None leaves a side to those."""

    p95_ms: float | None = None
    error_rate: float | None = None


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """See the field comments; all have defaults that suit services answering in milliseconds to seconds."""

    # Seconds after arrival before a caller without a callee is taken for a call to something uninstrumented.
    late_seconds: int = 3
    # The same where other calls of that caller to that peer were answered: SDKs send every 5 s by default.
    late_answered_seconds: int = 8
    # Virtual nodes of a kind in one answer; the smallest beyond it are shown as one node.
    virtual_nodes: int = 200
    # Seconds that one look at what has just arrived serves further questions.
    remembered_seconds: float = 2.0
    # Fewer observed calls than this in the window: quiet, never red.
    quiet_below_calls: int = 20
    # Failing: the share of failed calls is above this even at the low end of its confidence interval.
    failing_error_rate: float = 0.05
    # Slow: p95 is this many times the baseline and this much above it, even at the low end of its interval.
    slow_ratio: float = 1.5
    slow_excess_ms: float = 5.0
    # One block of calls this many times slower needs no second one to confirm it.
    slow_at_once_ratio: float = 3.0
    # Once slow, it stays so until p95 is below this ratio (hysteresis).
    recovered_ratio: float = 1.25
    # Standard deviations below the estimate at which p95 and the error rate are judged.
    confidence_z: float = 2.5
    # Calls that make up a block: the smallest stretch of time p95 is judged in.
    block_calls: int = 30
    # Calls of the latest stretch that is judged as one beside single blocks and the whole window.
    stretch_calls: int = 200
    # A baseline needs this many observed calls.
    baseline_calls: int = 30
    # How far back the preceding baseline looks.
    baseline_seconds: int = 3_600
    # Baselines of other days, in hours before the window: the same hour yesterday and last week.
    baseline_hours_before: tuple[int, ...] = (24, 168)
    # Objectives by (caller, callee); '*' stands for any.
    objectives: Mapping[tuple[str, str], Objective] = field(default_factory=dict)

    def objective(self, caller: str, callee: str) -> Objective:
        """The most exact objective that matches a link, or one that promises nothing."""
        for key in ((caller, callee), ("*", callee), (caller, "*"), ("*", "*")):
            if key in self.objectives:
                return self.objectives[key]
        return Objective()
