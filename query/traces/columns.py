"""From the store's columns to what the trace modules work on: plain lists, one entry per span.

Nested columns are flattened first and cut into pieces afterwards: Polars turns one long column into Python
values many times faster than many short lists. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl

from query.model.trace import Attributes, Scope, SpanEvent, SpanKind, SpanLink, SpanStatus
from query.traces.attributes import decoded

T = TypeVar("T")

# As OTLP numbers them, as the OTel exporter spells them in older and newer versions.
_KINDS: dict[str, SpanKind] = {
    "internal": "internal",
    "server": "server",
    "client": "client",
    "producer": "producer",
    "consumer": "consumer",
}
_STATUSES: dict[str, SpanStatus] = {"ok": "ok", "error": "error"}
_CLOCK_NAMES = ("host.id", "host.name", "k8s.node.name", "k8s.pod.name", "service.instance.id")


@dataclass(frozen=True, slots=True)
class SpanColumns:
    """The spans of one trace, decoded; all lists have one entry per span, in the order of the frame."""

    span_ids: list[str]
    parent_ids: list[str]
    services: list[str]
    names: list[str]
    kinds: list[SpanKind]
    start_ns: list[int]
    end_ns: list[int]
    statuses: list[SpanStatus]
    status_messages: list[str]
    trace_states: list[str]
    flags: list[int]
    received_ns: list[int]
    attributes: list[Attributes]
    resources: list[Attributes]
    scopes: list[Scope]
    events: list[list[SpanEvent]]
    links: list[list[SpanLink]]
    clocks: list[tuple[str, str]]


def span_columns(frame: pl.DataFrame) -> SpanColumns:
    """Decodes the answer of `storage.traces.TraceStore.spans`."""
    start_ns = frame["Timestamp"].cast(pl.Int64).to_list()
    durations_ns = frame["Duration"].to_list()
    services = frame["ServiceName"].to_list()
    resources = _resources(frame)
    hosts = {id(resource): _host(resource) for resource in resources}
    return SpanColumns(
        span_ids=frame["SpanId"].to_list(),
        parent_ids=frame["ParentSpanId"].to_list(),
        services=services,
        names=frame["SpanName"].to_list(),
        kinds=[_KINDS.get(_plain(text, "span_kind_"), "unspecified") for text in frame["SpanKind"]],
        start_ns=start_ns,
        end_ns=[start + duration for start, duration in zip(start_ns, durations_ns, strict=True)],
        statuses=[_STATUSES.get(_plain(text, "status_code_"), "unset") for text in frame["StatusCode"]],
        status_messages=frame["StatusMessage"].to_list(),
        trace_states=frame["TraceState"].to_list(),
        flags=frame["Flags"].to_list(),
        received_ns=[seconds * 1_000_000_000 for seconds in frame["ReceivedAt"].dt.epoch("s")],
        attributes=list(_attributes(frame["SpanAttributes"], frame["SpanAttributeTypes"])),
        resources=resources,
        scopes=_scopes(frame),
        events=_events(frame),
        links=_links(frame),
        clocks=[
            (service, hosts[id(resource)]) for service, resource in zip(services, resources, strict=True)
        ],
    )


def _plain(text: str, prefix: str) -> str:
    return text.lower().removeprefix(prefix)


def _host(resource: Attributes) -> str:
    """Which machine's clock a process reads, as far as its resource tells."""
    return next((str(resource[name]) for name in _CLOCK_NAMES if resource.get(name)), "")


def _attributes(maps: pl.Series, types: pl.Series) -> Iterator[Attributes]:
    """Decodes a column of maps."""
    keys = maps.map.keys()
    flat_keys: list[str] = _flat(keys).to_list()
    flat_values: list[Any] = _flat(maps.map.values()).to_list()
    start = 0
    for count, letters in zip(keys.list.len().to_list(), types.to_list(), strict=True):
        end = start + count
        yield decoded(flat_keys[start:end], flat_values[start:end], letters or "")
        start = end


def _flat(lists: pl.Series) -> pl.Series:
    return lists.explode(empty_as_null=False)


def _resources(frame: pl.DataFrame) -> list[Attributes]:
    """One object per distinct resource, shared by its spans."""
    distinct = frame.select("ResourceHash", "ResourceAttributes", "ResourceAttributeTypes").unique(
        subset="ResourceHash", keep="any"
    )
    resources = _attributes(distinct["ResourceAttributes"], distinct["ResourceAttributeTypes"])
    by_hash = dict(zip(distinct["ResourceHash"].to_list(), resources, strict=True))
    return [by_hash[key] for key in frame["ResourceHash"].to_list()]


def _scopes(frame: pl.DataFrame) -> list[Scope]:
    """One object per distinct scope, as far as scopes without attributes go."""
    shared: dict[tuple[str, str], Scope] = {}
    scopes = []
    for name, version, attributes in zip(
        frame["ScopeName"].to_list(),
        frame["ScopeVersion"].to_list(),
        _attributes(frame["ScopeAttributes"], frame["ScopeAttributeTypes"]),
        strict=True,
    ):
        if attributes:
            scopes.append(Scope(name, version, attributes))
            continue
        scope = shared.get((name, version))
        if scope is None:
            scope = shared[name, version] = Scope(name, version)
        scopes.append(scope)
    return scopes


def _events(frame: pl.DataFrame) -> list[list[SpanEvent]]:
    flat = zip(
        _flat(frame["Events.Timestamp"]).cast(pl.Int64).to_list(),
        _flat(frame["Events.Name"]).to_list(),
        _attributes(
            _flat(frame["Events.Attributes"]), _nested_types(frame, "Events.Name", "EventAttributeTypes")
        ),
        strict=True,
    )
    events = [SpanEvent(str(time_ns), name, attributes) for time_ns, name, attributes in flat]
    return _cut(events, frame["Events.Name"])


def _links(frame: pl.DataFrame) -> list[list[SpanLink]]:
    flat = zip(
        _flat(frame["Links.TraceId"]).to_list(),
        _flat(frame["Links.SpanId"]).to_list(),
        _attributes(
            _flat(frame["Links.Attributes"]), _nested_types(frame, "Links.SpanId", "LinkAttributeTypes")
        ),
        _flat(frame["Links.TraceState"]).to_list(),
        strict=True,
    )
    return _cut([SpanLink(*link) for link in flat], frame["Links.SpanId"])


def _nested_types(frame: pl.DataFrame, owners: str, types: str) -> pl.Series:
    """One string of letters per event or link; rows of another exporter bring none."""
    wanted = frame[owners].list.len()
    if (frame[types].list.len() == wanted).all():
        return _flat(frame[types])
    padded = [
        (letters or [])[:count] + [""] * (count - len(letters or []))
        for letters, count in zip(frame[types].to_list(), wanted.to_list(), strict=True)
    ]
    return pl.Series([letters for row in padded for letters in row], dtype=pl.String)


def _cut(flat: list[T], lists: pl.Series) -> list[list[T]]:
    """Cuts a flat list into the pieces that `lists` has."""
    pieces = []
    start = 0
    for count in lists.list.len().to_list():
        pieces.append(flat[start : start + count])
        start += count
    return pieces
