"""One waterfall row as numbers and words, for the template to print.

Pure. Horizontal measures are percent of the time column; indentation is in pixels. The script draws the
same row from `ui.trace.columns` (static/trace-rows.js): change both together, tests compare them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ui.formats import count, duration, named
from ui.palette import hue_class
from ui.trace.critical_bars import joined
from ui.trace.folding import FoldGroup
from ui.trace.marks import Mark
from ui.trace.view import TraceView

INDENT_PX = 12
# Deeper rows keep this indentation and say their depth in words instead.
MAX_INDENT_LEVELS = 20
# What a label is assumed to need beside a bar: the server cannot know the column's width in pixels.
_LABEL_PERCENT_PER_CHARACTER = 1.0
# A folded group draws at most this many of its members' bars, and a span this many event dots.
MAX_PIECES = 100
# Critical pieces closer than this share of the shown time are drawn as one.
LEAST_GAP = 1 / 1_000


@dataclass(frozen=True, slots=True)
class Label:
    """Text at a bar, in percent: `side` is `after`, `before` or `inside` it; inside, `width` is the room."""

    text: str
    side: str
    x: float
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal piece, in percent."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class EventDot:
    """An event's place in percent, and its name."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """Everything one row shows."""

    span_id: str
    service: str
    name: str
    level: int
    indent_px: int
    below: int
    hue: str
    bars: list[Bar]
    server: Bar | None
    critical: list[Bar]
    events: list[EventDot]
    label: Label
    self_text: str
    error: bool
    error_text: str
    marks: list[Mark] = field(default_factory=list)
    members: int = 1
    deep: bool = False
    collapsed: bool = False


def waterfall_rows(
    view: TraceView, rows: Iterable[tuple[int, FoldGroup | None]], collapsed: Collection[int] = ()
) -> list[WaterfallRow]:
    """Rows as shown.

    Args:
        view: The trace.
        rows: (position, group) pairs; a group stands folded at the position of its first member.
        collapsed: Positions whose subtrees are hidden.
    """
    return [_row(view, index, group, index in collapsed) for index, group in rows]


def _row(view: TraceView, index: int, group: FoldGroup | None, collapsed: bool) -> WaterfallRow:
    columns = view.columns
    service, level, self_ms = columns.services[index], columns.depths[index], columns.self_ms
    bars = [Bar(*view.timeline.extent(one)) for one in (group.members if group else [index])]
    part = None if group else view.server_part(index)
    server = None if part is None else _piece(view, *part)
    whole = _union(bars)
    text = _group_text(view, group) if group else row_text(view, index)
    return WaterfallRow(
        span_id=columns.span_ids[index],
        service=service,
        name=columns.names[index] or "(no name)",
        level=level,
        indent_px=min(level, MAX_INDENT_LEVELS) * INDENT_PX,
        below=group.spans - 1 if group else view.tree.descendants(index),
        hue=hue_class(service),
        bars=bars[:: -(-len(bars) // MAX_PIECES)],
        server=server,
        critical=[] if group else _critical_pieces(view, index),
        events=[] if group else _event_dots(view, index),
        label=place_label(text, whole, server or whole),
        self_text=duration(sum(self_ms[one] for one in group.members) if group else self_ms[index]),
        error=columns.statuses[index] == "error",
        error_text=columns.status_messages[index] or "failed",
        marks=view.marks.get(index, []),
        members=len(group.members) if group else 1,
        deep=level > MAX_INDENT_LEVELS,
        collapsed=collapsed or group is not None,
    )


def _critical_pieces(view: TraceView, index: int) -> list[Bar]:
    own = joined(view.critical.segments(index), view.timeline.total_ns * LEAST_GAP)
    return [_piece(view, *segment) for segment in own]


def _event_dots(view: TraceView, index: int) -> list[EventDot]:
    events = view.columns.events.get(index, ())[:MAX_PIECES]
    offsets_ns = view.timeline.event_offsets_ns(view.columns, index, events)
    return [
        EventDot(view.timeline.percent(offset_ns), event.name)
        for offset_ns, event in zip(offsets_ns, events, strict=True)
    ]


def _union(bars: list[Bar]) -> Bar:
    left = min(bar.left for bar in bars)
    return Bar(left, max(bar.left + bar.width for bar in bars) - left)


def _group_text(view: TraceView, group: FoldGroup) -> str:
    lasted_ms = [view.columns.duration_ms[one] for one in group.members]
    calls, total = count(len(lasted_ms)), duration(sum(lasted_ms))
    return f"{calls} calls, {total} in all, {duration(max(lasted_ms))} at most"


def _piece(view: TraceView, from_ns: int, to_ns: int) -> Bar:
    left = view.timeline.percent(from_ns)
    return Bar(left, view.timeline.percent(to_ns) - left)


def row_text(view: TraceView, index: int) -> str:
    """A bar's inline text: the duration and, for a call with an observed callee, its split."""
    lasted_ms = view.columns.duration_ms[index]
    text = duration(lasted_ms)
    hop = view.hop_of_client.get(index)
    if hop is None or hop.server_ms is None or hop.gap_ms is None:
        return text
    if hop.kind == "messaging":
        return f"{text} · queued {duration(hop.gap_ms)} for {named(hop.callee)}"
    if hop.server_ms > lasted_ms:
        # The callee went on after it had answered: no sum.
        return f"{text}, server {duration(hop.server_ms)}"
    return f"{text} = server {duration(hop.server_ms)} + gap {duration(hop.gap_ms)}"


def place_label(text: str, bar: Bar, filled: Bar) -> Label:
    """Puts a bar's text after it, else before it, else inside, where its end may be cut off.

    Args:
        text: The text.
        bar: The whole bar.
        filled: Its filled part, on which text is readable; hatching is not.
    """
    need = len(text) * _LABEL_PERCENT_PER_CHARACTER
    right = bar.left + bar.width
    if right + need <= 100:
        return Label(text, "after", right)
    if bar.left >= need:
        return Label(text, "before", bar.left)
    inside = filled if filled.width >= bar.width / 2 else bar
    return Label(text, "inside", inside.left, inside.width)
