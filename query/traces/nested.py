"""Decodes the events and the span links of spans, which the store keeps as lists beside each other. Pure."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from query.model.trace import SpanEvent, SpanLink
from query.traces.attribute_columns import attributes_of
from query.traces.attribute_shapes import flat

T = TypeVar("T")


def events_of(frame: pl.DataFrame) -> list[list[SpanEvent]]:
    """The events of each span."""
    if not frame["Events.Name"].list.len().sum():
        return _cut([], frame["Events.Name"])
    columns = zip(
        flat(frame["Events.Timestamp"]).cast(pl.Int64).to_list(),
        flat(frame["Events.Name"]).to_list(),
        attributes_of(
            flat(frame["Events.Attributes"]), letters_of(frame, "Events.Name", "EventAttributeTypes")
        ),
        strict=True,
    )
    events = [SpanEvent(str(time_ns), name, attributes) for time_ns, name, attributes in columns]
    return _cut(events, frame["Events.Name"])


def links_of(frame: pl.DataFrame) -> list[list[SpanLink]]:
    """The span links of each span."""
    if not frame["Links.SpanId"].list.len().sum():
        return _cut([], frame["Links.SpanId"])
    columns = zip(
        flat(frame["Links.TraceId"]).to_list(),
        flat(frame["Links.SpanId"]).to_list(),
        attributes_of(
            flat(frame["Links.Attributes"]), letters_of(frame, "Links.SpanId", "LinkAttributeTypes")
        ),
        flat(frame["Links.TraceState"]).to_list(),
        strict=True,
    )
    return _cut([SpanLink(*link) for link in columns], frame["Links.SpanId"])


def letters_of(frame: pl.DataFrame, owners: str, types: str) -> pl.Series:
    """One string of letters per event or link; rows of another exporter bring none.

    Args:
        frame: Answer of `storage.traces.TraceStore.spans`.
        owners: The column that says how many events or links each span has.
        types: The column of letters.
    """
    wanted = frame[owners].list.len()
    if (frame[types].list.len() == wanted).all():
        return flat(frame[types])
    padded = [
        (letters or [])[:count] + [""] * (count - len(letters or []))
        for letters, count in zip(frame[types].to_list(), wanted.to_list(), strict=True)
    ]
    return pl.Series([letters for row in padded for letters in row], dtype=pl.String)


def _cut(items: list[T], lists: pl.Series) -> list[list[T]]:
    """Cuts a list into the pieces that `lists` has; spans without any share one empty list."""
    nothing: list[T] = []
    pieces = [nothing] * len(lists)
    if not items:
        return pieces
    counts = lists.list.len()
    occupied = (counts > 0).arg_true()
    start = 0
    for place, count in zip(occupied.to_list(), counts.gather(occupied).to_list(), strict=True):
        pieces[place] = items[start : start + count]
        start += count
    return pieces
