"""From the store's columns to what the trace modules work on: plain lists, one entry per span.

Only what the tree, the times and the calls need; what is merely shown is decoded by `query.traces.assembly`
or printed by `query.api.span_json`. Pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from query.model.trace import Attributes, Scope, SpanKind, SpanLink, SpanStatus
from query.traces.attribute_columns import attributes_of
from query.traces.attribute_shapes import AttributeShapes
from query.traces.nested import links_of
from query.traces.said import Said, said_by_all

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
    """The spans of one trace; lists have one entry per span, in the order of the frame.

    But for `resources` and `scopes`: these hold the distinct ones, which `resource_of` and `scope_of` point
    to.
    """

    span_ids: list[str]
    parent_ids: list[str]
    services: list[str]
    names: list[str]
    kinds: list[SpanKind]
    start_ns: list[int]
    end_ns: list[int]
    statuses: list[SpanStatus]
    received_ns: list[int]
    said: list[Said]
    links: list[list[SpanLink]]
    resource_of: list[int]
    resources: list[Attributes]
    scope_of: list[int]
    scopes: list[Scope]
    clocks: list[tuple[str, str]]


def span_columns(frame: pl.DataFrame, shapes: AttributeShapes) -> SpanColumns:
    """Decodes the answer of `storage.traces.TraceStore.spans`.

    Args:
        frame: The answer, each span once.
        shapes: Its spans' attributes.
    """
    start_ns = frame["Timestamp"].cast(pl.Int64).to_list()
    durations_ns = frame["Duration"].to_list()
    services = frame["ServiceName"].to_list()
    kinds = _mapped(frame["SpanKind"], _KINDS, "span_kind_", "unspecified")
    resource_of, resources = _resources(frame)
    scope_of, scopes = _scopes(frame)
    return SpanColumns(
        span_ids=frame["SpanId"].to_list(),
        parent_ids=frame["ParentSpanId"].to_list(),
        services=services,
        names=frame["SpanName"].to_list(),
        kinds=kinds,
        start_ns=start_ns,
        end_ns=[start + duration for start, duration in zip(start_ns, durations_ns, strict=True)],
        statuses=_mapped(frame["StatusCode"], _STATUSES, "status_code_", "unset"),
        received_ns=[seconds * 1_000_000_000 for seconds in frame["ReceivedAt"].dt.epoch("s").to_list()],
        said=said_by_all(kinds, shapes),
        links=links_of(frame),
        resource_of=resource_of,
        resources=resources,
        scope_of=scope_of,
        scopes=scopes,
        clocks=_clocks(services, resource_of, resources),
    )


def _mapped(texts: pl.Series, values: Mapping[str, T], prefix: str, otherwise: T) -> list[T]:
    """What each text stands for, spelled as OTLP or an exporter does."""
    spellings = {text: values.get(text.lower().removeprefix(prefix), otherwise) for text in texts.unique()}
    return [spellings[text] for text in texts.to_list()]


def _numbered(keys: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """For each row the number of its key among the distinct ones, and for each of these its first row."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    # Read backwards, so that of rows with the same key the first stays.
    first_rows = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
    return list(map(numbers.__getitem__, keys)), [first_rows[key] for key in numbers]


def _resources(frame: pl.DataFrame) -> tuple[list[int], list[Attributes]]:
    numbers, rows = _numbered(frame["ResourceHash"].to_list())
    maps, types = frame["ResourceAttributes"][rows], frame["ResourceAttributeTypes"][rows]
    return numbers, attributes_of(maps, types)


def _scopes(frame: pl.DataFrame) -> tuple[list[int], list[Scope]]:
    """Scopes without attributes are shared by name and version; one with attributes is taken as it comes."""
    names, versions = frame["ScopeName"].to_list(), frame["ScopeVersion"].to_list()
    sizes = frame["ScopeAttributes"].map.keys().list.len().to_list()
    own = [row if size else -1 for row, size in enumerate(sizes)]
    numbers, rows = _numbered(list(zip(names, versions, own, strict=True)))
    attributes = attributes_of(frame["ScopeAttributes"][rows], frame["ScopeAttributeTypes"][rows])
    return numbers, [Scope(names[row], versions[row], one) for row, one in zip(rows, attributes, strict=True)]


def _host(resource: Attributes) -> str:
    """Which machine's clock a process reads, as far as its resource tells."""
    return next((str(resource[name]) for name in _CLOCK_NAMES if resource.get(name)), "")


def _clocks(
    services: list[str], resource_of: list[int], resources: list[Attributes]
) -> list[tuple[str, str]]:
    hosts = [_host(resource) for resource in resources]
    return [(service, hosts[number]) for service, number in zip(services, resource_of, strict=True)]
