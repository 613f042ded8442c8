"""Where each span lies in time, as the page shows it, and the ruler above.

Owns the choice between skew-corrected and raw clocks and the mapping from time to percent. Pure; whatever
the clocks said, every share it returns lies within 0 and 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from query.model.trace import Span, SpanEvent

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """Starts (ns after the first span's start) and durations (ns) by span position."""

    origin_ns: int
    total_ns: int
    start_ns: list[int]
    duration_ns: list[int]

    def percent(self, offset_ns: float) -> float:
        """An offset from the origin as percent of the whole, clamped to the drawing."""
        return min(max(offset_ns / self.total_ns * 100, 0.0), 100.0)

    def extent(self, index: int) -> tuple[float, float]:
        """Left edge and width of a span's bar, in percent."""
        left = self.percent(self.start_ns[index])
        right = self.percent(self.start_ns[index] + self.duration_ns[index])
        return left, right - left

    def event_offset_ns(self, span: Span, index: int, event: SpanEvent) -> int:
        """An event's offset from the origin: its distance from its own span's clock, on the shown clock."""
        return self.start_ns[index] + int(event.time_unix_nano) - int(span.start_time_unix_nano)


def build_timeline(spans: Sequence[Span], *, raw: bool = False) -> Timeline:
    """Places spans on one axis.

    Args:
        spans: Spans of one trace.
        raw: Show what the clocks said instead of the skew-corrected times.
    """
    starts = [
        int(span.start_time_unix_nano) + (0 if raw else round(span.skew_ms * NS_PER_MS)) for span in spans
    ]
    durations = [max(round(span.duration_ms * NS_PER_MS), 0) for span in spans]
    origin = min(starts, default=0)
    last = max((start + length for start, length in zip(starts, durations, strict=True)), default=0)
    return Timeline(origin, max(last - origin, 1), [start - origin for start in starts], durations)


def ruler_ticks(total_ns: int, wanted: int = 5) -> list[int]:
    """Round offsets (1, 2 or 5 × a power of ten ns) from 0 to at most `total_ns`, about `wanted` steps."""
    rough = max(total_ns, 1) / max(wanted, 1)
    power = 1
    while power * 10 <= rough:
        power *= 10
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return list(range(0, total_ns + 1, step))
