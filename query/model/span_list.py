"""The spans of one trace as columns, and as objects only where one is looked at.

A page of a trace of 10,000 spans prints a hundred rows and one panel, and needs a few plain facts of all the
others. Pure data; `query.traces.assembly` fills it from the store's columns, `ui` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from query.model.trace import Span, SpanKind, SpanStatus


class EventMoment(NamedTuple):
    """When an event happened, by its span's own clock in Unix ns, and its name."""

    time_ns: int
    name: str


@dataclass(frozen=True, slots=True)
class TreeColumns:
    """Fields of `Span`, one entry per span in tree order; `start_ns` is `start_time_unix_nano` as a number.

    `events` and `warnings` are by position and leave out spans that have none.
    """

    span_ids: Sequence[str]
    parent_span_ids: Sequence[str]
    services: Sequence[str]
    names: Sequence[str]
    kinds: Sequence[SpanKind]
    start_ns: Sequence[int]
    duration_ms: Sequence[float]
    self_ms: Sequence[float]
    depths: Sequence[int]
    statuses: Sequence[SpanStatus]
    status_messages: Sequence[str]
    critical_ms: Sequence[float]
    skew_ms: Sequence[float]
    events: Mapping[int, Sequence[EventMoment]]
    warnings: Mapping[int, Sequence[str]]


class SpanList(Sequence[Span]):
    """Spans in tree order; looking at one makes it, going through all of them makes all at once.

    Args:
        columns: What is known without making any.
        make: Makes the spans at some positions, or all of them for None.
    """

    __slots__ = ("_all", "_made", "_make", "columns")

    def __init__(self, columns: TreeColumns, make: Callable[[Sequence[int] | None], list[Span]]) -> None:
        self.columns = columns
        self._make = make
        self._made: dict[int, Span] = {}
        self._all: list[Span] | None = None

    def __len__(self) -> int:
        return len(self.columns.span_ids)

    @overload
    def __getitem__(self, at: int) -> Span: ...

    @overload
    def __getitem__(self, at: slice) -> list[Span]: ...

    def __getitem__(self, at: int | slice) -> Span | list[Span]:
        if isinstance(at, slice):
            return self.whole()[at]
        if self._all is not None:
            return self._all[at]
        position = range(len(self))[at]
        span = self._made.get(position)
        if span is None:
            [span] = self._make([position])
            self._made[position] = span
        return span

    def __iter__(self) -> Iterator[Span]:
        return iter(self.whole())

    def whole(self) -> list[Span]:
        """All spans; made once, then kept."""
        if self._all is None:
            self._all = self._make(None)
        return self._all


def span_list(spans: Sequence[Span]) -> SpanList:
    """Spans that are objects already, as a `SpanList`; one that is one stays as it is."""
    if isinstance(spans, SpanList):
        return spans
    columns = TreeColumns(
        span_ids=[span.span_id for span in spans],
        parent_span_ids=[span.parent_span_id for span in spans],
        services=[span.service for span in spans],
        names=[span.name for span in spans],
        kinds=[span.kind for span in spans],
        start_ns=[int(span.start_time_unix_nano) for span in spans],
        duration_ms=[span.duration_ms for span in spans],
        self_ms=[span.self_ms for span in spans],
        depths=[span.depth for span in spans],
        statuses=[span.status for span in spans],
        status_messages=[span.status_message for span in spans],
        critical_ms=[span.critical_ms for span in spans],
        skew_ms=[span.skew_ms for span in spans],
        events={
            position: [EventMoment(int(event.time_unix_nano), event.name) for event in span.events]
            for position, span in enumerate(spans)
            if span.events
        },
        warnings={position: span.warnings for position, span in enumerate(spans) if span.warnings},
    )
    return SpanList(
        columns,
        lambda positions: list(spans) if positions is None else [spans[position] for position in positions],
    )
