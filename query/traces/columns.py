"""From the store's columns to what the trace modules work on: columns, and lists where a span is looked at.

Only what the tree, the times and the calls need; what is merely shown is decoded by `query.traces.assembly`
or printed by `query.api.span_json`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from query.model.trace import Attributes, Scope, SpanKind, SpanLink, SpanStatus
from query.traces.attribute_columns import attributes_of
from query.traces.attribute_shapes import FEW, AttributeShapes
from query.traces.nested import links_of
from query.traces.numbering import numbered
from query.traces.said import Said, SaidBySpans, said_by_all

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


@dataclass(frozen=True)
class SpanColumns:
    """The spans of one trace, in the order of the frame; lists are made when they are asked for.

    Attributes:
        table: One row per span: `span_id`, `parent_id`, `service`, `name`, `kind`, `status`, `start_ns`,
            `duration_ns`, `received_ns`, and `resource` and `scope`, which are places in the lists of these.
        said: What each span says of its call.
        links: The span links of each span.
        resources: The distinct resources.
        scopes: The distinct scopes.
    """

    table: pl.DataFrame
    said: SaidBySpans
    links: list[list[SpanLink]]
    resources: list[Attributes]
    scopes: list[Scope]

    @cached_property
    def span_ids(self) -> list[str]:
        """One id per span."""
        return self.table["span_id"].to_list()

    @cached_property
    def parent_ids(self) -> list[str]:
        """The id of each span's parent, "" for none."""
        return self.table["parent_id"].to_list()

    @cached_property
    def services(self) -> list[str]:
        """The service of each span."""
        return self.table["service"].to_list()

    @cached_property
    def names(self) -> list[str]:
        """The name of each span."""
        return self.table["name"].to_list()

    @cached_property
    def kinds(self) -> list[SpanKind]:
        """The kind of each span."""
        return self.table["kind"].to_list()

    @cached_property
    def statuses(self) -> list[SpanStatus]:
        """The status of each span."""
        return self.table["status"].to_list()

    @property
    def error_count(self) -> int:
        """How many spans failed."""
        return int((self.table["status"] == "error").sum())

    @cached_property
    def start_ns(self) -> list[int]:
        """Raw starts."""
        return self.table["start_ns"].to_list()

    @cached_property
    def end_ns(self) -> list[int]:
        """Raw ends; they may be beyond what 64 bits hold."""
        durations_ns = self.table["duration_ns"].to_list()
        return [start + duration for start, duration in zip(self.start_ns, durations_ns, strict=True)]

    @cached_property
    def received_ns(self) -> list[int]:
        """When each span was stored."""
        return self.table["received_ns"].to_list()

    @cached_property
    def said_by_each(self) -> list[Said]:
        """What each span says of its call."""
        return self.said.each()

    @cached_property
    def resource_of(self) -> list[int]:
        """The place of each span's resource."""
        return self.table["resource"].to_list()

    @cached_property
    def scope_of(self) -> list[int]:
        """The place of each span's scope."""
        return self.table["scope"].to_list()

    @cached_property
    def clocks(self) -> list[tuple[str, str]]:
        """(service, host) of each span, "" for an unknown host."""
        hosts = [_host(resource) for resource in self.resources]
        return [
            (service, hosts[number]) for service, number in zip(self.services, self.resource_of, strict=True)
        ]


def span_columns(frame: pl.DataFrame, shapes: AttributeShapes) -> SpanColumns:
    """Decodes the answer of `storage.traces.TraceStore.spans`.

    Args:
        frame: The answer, each span once.
        shapes: Its spans' attributes.
    """
    kinds = _mapped(frame["SpanKind"], _KINDS, "span_kind_", "unspecified")
    resource_of, resources = _resources(frame)
    scope_of, scopes = _scopes(frame)
    table = pl.DataFrame(
        {
            "span_id": frame["SpanId"],
            "parent_id": frame["ParentSpanId"],
            "service": frame["ServiceName"],
            "name": frame["SpanName"],
            "kind": kinds,
            "status": _mapped(frame["StatusCode"], _STATUSES, "status_code_", "unset"),
            "start_ns": frame["Timestamp"].cast(pl.Int64),
            "duration_ns": frame["Duration"],
            "received_ns": _seconds(frame["ReceivedAt"]) * 1_000_000_000,
            "resource": resource_of,
            "scope": scope_of,
        }
    )
    return SpanColumns(table, said_by_all(kinds, shapes), links_of(frame), resources, scopes)


def _mapped(texts: pl.Series, values: Mapping[str, str], prefix: str, otherwise: str) -> pl.Series:
    """What each text stands for, spelled as OTLP or an exporter does."""
    spellings = {text: values.get(text.lower().removeprefix(prefix), otherwise) for text in texts.unique()}
    if len(texts) < FEW:
        return pl.Series([spellings[text] for text in texts.to_list()], dtype=pl.String)
    return texts.replace_strict(spellings, return_dtype=pl.String)


def _seconds(times: pl.Series) -> pl.Series:
    """Unix seconds: ClickHouse sends a DateTime as their number, or as a time, depending on its version."""
    return times.dt.epoch("s") if times.dtype.is_temporal() else times.cast(pl.Int64)


def _resources(frame: pl.DataFrame) -> tuple[pl.Series, list[Attributes]]:
    numbers, rows = numbered(frame[["ResourceHash"]])
    maps, types = frame["ResourceAttributes"].gather(rows), frame["ResourceAttributeTypes"].gather(rows)
    return numbers, attributes_of(maps, types)


def _scopes(frame: pl.DataFrame) -> tuple[pl.Series, list[Scope]]:
    """Scopes without attributes are shared by name and version; one with attributes is taken as it comes."""
    own = frame["ScopeAttributes"].map.keys().list.len() > 0
    keys = frame[["ScopeName", "ScopeVersion"]]
    if own.any():
        places = pl.int_range(frame.height, eager=True) * own
        keys = keys.with_columns(places.alias("place"), own.alias("own"))
    numbers, rows = numbered(keys)
    of_scopes = frame[["ScopeName", "ScopeVersion", "ScopeAttributes", "ScopeAttributeTypes"]][rows]
    attributes = attributes_of(of_scopes["ScopeAttributes"], of_scopes["ScopeAttributeTypes"])
    named = zip(of_scopes["ScopeName"].to_list(), of_scopes["ScopeVersion"].to_list(), strict=True)
    return numbers, [Scope(*name, one) for name, one in zip(named, attributes, strict=True)]


def _host(resource: Attributes) -> str:
    """Which machine's clock a process reads, as far as its resource tells."""
    return next((str(resource[name]) for name in _CLOCK_NAMES if resource.get(name)), "")
