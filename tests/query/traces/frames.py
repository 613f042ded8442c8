"""Frames as the store answers with them, from a few fields per span."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

_MAP = pa.map_(pa.string(), pa.string())
_TIME = pa.timestamp("ns", tz="UTC")
_START_NS = 1_795_366_200_000_000_000
# Name: type, and the value of a span that says nothing of it.
_COLUMNS: dict[str, tuple[pa.DataType, Any]] = {
    "SpanId": (pa.string(), ""),
    "ParentSpanId": (pa.string(), ""),
    "ServiceName": (pa.string(), "shop"),
    "SpanName": (pa.string(), "work"),
    "SpanKind": (pa.string(), "Server"),
    "Timestamp": (_TIME, _START_NS),
    "Duration": (pa.uint64(), 1_000_000),
    "StatusCode": (pa.string(), "Unset"),
    "StatusMessage": (pa.string(), ""),
    "TraceState": (pa.string(), ""),
    "Flags": (pa.uint32(), 0),
    "ReceivedAt": (pa.uint32(), _START_NS // 10**9),
    "SpanAttributes": (_MAP, []),
    "SpanAttributeTypes": (pa.string(), ""),
    "ResourceHash": (pa.uint64(), 1),
    "ResourceAttributes": (_MAP, []),
    "ResourceAttributeTypes": (pa.string(), ""),
    "ScopeName": (pa.string(), ""),
    "ScopeVersion": (pa.string(), ""),
    "ScopeAttributes": (_MAP, []),
    "ScopeAttributeTypes": (pa.string(), ""),
    "Events.Timestamp": (pa.list_(_TIME), []),
    "Events.Name": (pa.list_(pa.string()), []),
    "Events.Attributes": (pa.list_(_MAP), []),
    "EventAttributeTypes": (pa.list_(pa.string()), []),
    "Links.TraceId": (pa.list_(pa.string()), []),
    "Links.SpanId": (pa.list_(pa.string()), []),
    "Links.TraceState": (pa.list_(pa.string()), []),
    "Links.Attributes": (pa.list_(_MAP), []),
    "LinkAttributeTypes": (pa.list_(pa.string()), []),
}


def frame_of(spans: list[dict[str, Any]]) -> pl.DataFrame:
    """One row per span; maps are lists of (name, text)."""
    arrays = {
        name: pa.array([span.get(name, default) for span in spans], kind)
        for name, (kind, default) in _COLUMNS.items()
    }
    frame = pl.from_arrow(pa.table(arrays))
    assert isinstance(frame, pl.DataFrame)
    return frame
