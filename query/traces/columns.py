"""From the store's columns to what the trace modules work on: plain lists, one entry per span.

Nested columns are flattened first and cut into pieces afterwards, as in `query.traces.attribute_columns`.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from query.model.trace import Attributes, Scope, SpanEvent, SpanKind, SpanLink, SpanStatus
from query.traces.attribute_columns import attributes_of, flat

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
    return SpanColumns(
        span_ids=frame["SpanId"].to_list(),
        parent_ids=frame["ParentSpanId"].to_list(),
        services=services,
        names=frame["SpanName"].to_list(),
        kinds=_mapped(frame["SpanKind"], _KINDS, "span_kind_", "unspecified"),
        start_ns=start_ns,
        end_ns=[start + duration for start, duration in zip(start_ns, durations_ns, strict=True)],
        statuses=_mapped(frame["StatusCode"], _STATUSES, "status_code_", "unset"),
        status_messages=frame["StatusMessage"].to_list(),
        trace_states=frame["TraceState"].to_list(),
        flags=frame["Flags"].to_list(),
        received_ns=[seconds * 1_000_000_000 for seconds in frame["ReceivedAt"].dt.epoch("s")],
        attributes=attributes_of(frame["SpanAttributes"], frame["SpanAttributeTypes"]),
        resources=resources,
        scopes=_scopes(frame),
        events=_events(frame),
        links=_links(frame),
        clocks=_clocks(services, resources),
    )


def _mapped(texts: pl.Series, values: Mapping[str, T], prefix: str, otherwise: T) -> list[T]:
    """What each text stands for, spelled as OTLP or an exporter does."""
    spellings = {text: values.get(text.lower().removeprefix(prefix), otherwise) for text in texts.unique()}
    return [spellings[text] for text in texts.to_list()]


def _host(resource: Attributes) -> str:
    """Which machine's clock a process reads, as far as its resource tells."""
    return next((str(resource[name]) for name in _CLOCK_NAMES if resource.get(name)), "")


def _resources(frame: pl.DataFrame) -> list[Attributes]:
    """One object per distinct resource, shared by its spans."""
    distinct = frame.select("ResourceHash", "ResourceAttributes", "ResourceAttributeTypes").unique(
        subset="ResourceHash", keep="any"
    )
    resources = attributes_of(distinct["ResourceAttributes"], distinct["ResourceAttributeTypes"])
    by_hash = dict(zip(distinct["ResourceHash"].to_list(), resources, strict=True))
    return [by_hash[key] for key in frame["ResourceHash"].to_list()]


def _clocks(services: list[str], resources: list[Attributes]) -> list[tuple[str, str]]:
    hosts = {id(resource): _host(resource) for resource in {id(one): one for one in resources}.values()}
    return [(service, hosts[id(resource)]) for service, resource in zip(services, resources, strict=True)]


def _scopes(frame: pl.DataFrame) -> list[Scope]:
    """One object per distinct scope, as far as scopes without attributes go."""
    names = frame["ScopeName"].to_list()
    versions = frame["ScopeVersion"].to_list()
    shared: dict[tuple[str, str], Scope] = {}
    scopes = []
    for key in zip(names, versions, strict=True):
        scope = shared.get(key)
        if scope is None:
            scope = shared[key] = Scope(*key)
        scopes.append(scope)
    maps, types = frame["ScopeAttributes"], frame["ScopeAttributeTypes"]
    described = (maps.map.keys().list.len() > 0).arg_true()
    attributes = attributes_of(maps.gather(described), types.gather(described))
    for place, found in zip(described.to_list(), attributes, strict=True):
        scopes[place] = Scope(names[place], versions[place], found)
    return scopes


def _events(frame: pl.DataFrame) -> list[list[SpanEvent]]:
    if not frame["Events.Name"].list.len().sum():
        return _cut([], frame["Events.Name"])
    columns = zip(
        flat(frame["Events.Timestamp"]).cast(pl.Int64).to_list(),
        flat(frame["Events.Name"]).to_list(),
        attributes_of(
            flat(frame["Events.Attributes"]), _nested_types(frame, "Events.Name", "EventAttributeTypes")
        ),
        strict=True,
    )
    events = [SpanEvent(str(time_ns), name, attributes) for time_ns, name, attributes in columns]
    return _cut(events, frame["Events.Name"])


def _links(frame: pl.DataFrame) -> list[list[SpanLink]]:
    if not frame["Links.SpanId"].list.len().sum():
        return _cut([], frame["Links.SpanId"])
    columns = zip(
        flat(frame["Links.TraceId"]).to_list(),
        flat(frame["Links.SpanId"]).to_list(),
        attributes_of(
            flat(frame["Links.Attributes"]), _nested_types(frame, "Links.SpanId", "LinkAttributeTypes")
        ),
        flat(frame["Links.TraceState"]).to_list(),
        strict=True,
    )
    return _cut([SpanLink(*link) for link in columns], frame["Links.SpanId"])


def _nested_types(frame: pl.DataFrame, owners: str, types: str) -> pl.Series:
    """One string of letters per event or link; rows of another exporter bring none."""
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
