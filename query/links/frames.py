"""The linker over many spans at once: a Polars frame of spans in, a frame of hops out.

Says the same as `query.links.linker` (read that first), column by column; a property test compares them.
Rows are referred to by number (`row`), so that strings are gathered only for hops. Pure; reads no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from query.links.linker import MAX_NESTING
from query.links.sidecar import MAX_CHAIN

SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5

# The columns of `storage.hops.HopSpans.of_slices`.
NO_SPANS = pl.DataFrame(
    schema={
        "Slice": pl.UInt32,
        "TraceId": pl.Binary,
        "SpanId": pl.UInt64,
        "SpanKey": pl.UInt64,
        "ParentKey": pl.UInt64,
        "StartNs": pl.Int64,
        "DurationNs": pl.UInt64,
        "Kind": pl.UInt8,
        "Service": pl.String,
        "Operation": pl.String,
        "Error": pl.Boolean,
        "Protocol": pl.String,
        "Sidecar": pl.Boolean,
        "Peer": pl.String,
        "Weight": pl.Float64,
        "LinkedSpans": pl.List(pl.UInt64),
        "ReceivedSeconds": pl.UInt32,
    }
)

_PAIRS = {"server": pl.UInt32, "client": pl.UInt32, "caller": pl.UInt32, "user": pl.Boolean}


@dataclass(frozen=True, slots=True)
class _Spans:
    """Columns of the spans, each as long as there are spans."""

    service: pl.Series  # codes, equal where names are
    name: pl.Series
    kind: pl.Series
    sidecar: pl.Series
    parent: pl.Series  # row of the parent, null where it has not arrived
    root: pl.Series

    @property
    def caller_kind(self) -> pl.Series:
        return self.kind.is_in([CLIENT, PRODUCER])

    @property
    def callee_kind(self) -> pl.Series:
        return self.kind.is_in([SERVER, CONSUMER])


def find_hops(frame: pl.DataFrame, *, late_after_seconds: int | None = None) -> pl.DataFrame:
    """All calls in these spans.

    Args:
        frame: Columns of `storage.hops.HopSpans.of_slices`, each span once.
        late_after_seconds: Unix seconds; a caller stored after this without a callee is not a call to a
            virtual node yet, except to a database. None: all are.

    Returns:
        One row per hop: `slice`, `start_ns`, `caller`, `callee`, `kind`, `caller_kind`, `callee_kind`,
        `operation`, `client_ns`, `server_ns`, `gap_ns`, `error`, `callee_error` (of the callee's own span,
        without one the caller's), `weight`, and for exemplars `trace_id` and
        `span_id` (of the callee's trace; the caller's span when it is in it), `callee_span_id`, `peer`: how
        the caller's span names who answered ('' where it does not, or nobody answered), and
        `pending_since`: when the caller was stored (Unix seconds) if its callee may only be late, else null.
    """
    frame = frame.with_row_index("row")
    spans = _columns(frame)
    pairs, passed = _climbed(spans)
    pairs = pl.concat([pairs, _internal(spans)])
    linked = _linked(frame, spans)
    linked = linked.join(pairs.select("server", "client"), on=["server", "client"], how="anti")
    # A callee whose producers are known by span link needs no caller without a span.
    pairs = pairs.filter(
        pl.col("client").is_not_null() | ~pl.col("server").is_in(linked["server"].unique().implode())
    )
    passed = passed.join(pairs.select("server"), on="server", how="semi")
    called = pl.concat([pairs["client"].drop_nulls(), linked["client"]]).unique()
    observed = pl.concat(
        [
            pairs.with_columns(linked=pl.lit(value=False)),
            linked.select("server", "client", caller="client", user=pl.lit(value=False)).with_columns(
                linked=pl.lit(value=True)
            ),
        ]
    ).filter(~pl.col("server").is_in(passed["passed"].unique().implode()))
    virtual = _virtual(frame, spans, called, late_after_seconds)
    return pl.concat([_described(frame, observed), _described_virtual(frame, virtual)])


def _columns(frame: pl.DataFrame) -> _Spans:
    parents = frame.select(ParentKey="SpanKey", parent="row")
    parent = frame.select("ParentKey").join(parents, on="ParentKey", how="left", maintain_order="left")
    root = frame["ParentKey"] == 0
    return _Spans(
        service=frame["Service"].cast(pl.Categorical).to_physical(),
        name=frame["Service"],
        kind=frame["Kind"],
        sidecar=frame["Sidecar"],
        parent=parent["parent"],
        root=root,
    )


def _climbed(spans: _Spans) -> tuple[pl.DataFrame, pl.DataFrame]:
    """H1, H4, H5, H8: callers of SERVER and CONSUMER spans, and the proxies passed to find them."""
    rows = pl.int_range(len(spans.kind), dtype=pl.UInt32, eager=True)
    server = rows.filter(spans.callee_kind)
    active = pl.DataFrame(
        {
            "server": server,
            "current": server,
            "stand_in": pl.Series([None], dtype=pl.UInt32).new_from_index(0, len(server)),
        }
    )
    found: list[pl.DataFrame] = [pl.DataFrame(schema=_PAIRS)]
    passed: list[pl.DataFrame] = [pl.DataFrame(schema={"server": pl.UInt32, "passed": pl.UInt32})]
    for _ in range(MAX_CHAIN + 1):
        if active.is_empty():
            break
        parent = spans.parent.gather(active["current"])
        active = active.with_columns(
            parent=parent,
            root=spans.root.gather(active["current"]),
            parent_sidecar=spans.sidecar.gather(parent),
            parent_calls=spans.caller_kind.gather(parent),
            parent_answers=spans.callee_kind.gather(parent),
        )
        at_app = active.filter(~pl.col("root") & (~pl.col("parent_sidecar")).fill_null(value=False))
        found.append(_called_by_app(spans, at_app))
        at_root = active.filter(pl.col("root"))
        found.append(_called_by_user(spans, at_root))
        proxied = active.filter(~pl.col("root") & pl.col("parent_sidecar").fill_null(value=False))
        blocked = pl.col("parent_answers") & pl.col("stand_in").is_not_null()
        ended = pl.concat(
            [
                at_root,
                active.filter(~pl.col("root") & pl.col("parent").is_null()),
                proxied.filter(blocked),
            ]
        )
        found.append(_called_by_proxy(ended))
        active = _next_step(spans, proxied.filter(~blocked))
        passed.append(active.select("server", passed="current"))
    found.append(_called_by_proxy(active))
    return pl.concat(found), pl.concat(passed)


def _next_step(spans: _Spans, active: pl.DataFrame) -> pl.DataFrame:
    own = _serves(spans, active["parent"], active["server"]) & ~spans.sidecar.gather(active["server"])
    return active.select(
        "server",
        current="parent",
        stand_in=pl.when(pl.col("parent_calls") & ~own).then("parent").otherwise("stand_in"),
    )


def _serves(spans: _Spans, sidecar: pl.Series, server: pl.Series) -> pl.Series:
    proxy, service = spans.name.gather(sidecar), spans.name.gather(server)
    return (proxy == service) | pl.DataFrame({"proxy": proxy, "service": service + "."}).select(
        pl.col("proxy").str.starts_with(pl.col("service"))
    ).to_series()


def _called_by_app(spans: _Spans, ends: pl.DataFrame) -> pl.DataFrame:
    same = spans.service.gather(ends["parent"]) == spans.service.gather(ends["server"])
    return (
        ends.with_columns(client=pl.when("parent_calls").then("parent").otherwise("stand_in"), same=same)
        .filter(pl.col("client").is_not_null() | ~pl.col("same"))
        .select("server", "client", caller="parent", user=pl.lit(value=False))
    )


def _called_by_user(spans: _Spans, ends: pl.DataFrame) -> pl.DataFrame:
    is_server = spans.kind.gather(ends["server"]) == SERVER
    return ends.filter(is_server & ends["stand_in"].is_null()).select(
        "server",
        client=pl.lit(None, pl.UInt32),
        caller=pl.lit(None, pl.UInt32),
        user=pl.lit(value=True),
    )


def _called_by_proxy(ends: pl.DataFrame) -> pl.DataFrame:
    return ends.filter(pl.col("stand_in").is_not_null()).select(
        "server", client="stand_in", caller="stand_in", user=pl.lit(value=False)
    )


def _internal(spans: _Spans) -> pl.DataFrame:
    """H5: work of another service under a parent, without a SERVER span."""
    other = spans.service != spans.service.gather(spans.parent)
    plain = ~spans.sidecar & ~spans.sidecar.gather(spans.parent)
    chosen = (spans.kind < SERVER) & ~spans.root & spans.parent.is_not_null() & other & plain
    rows = pl.int_range(len(spans.kind), dtype=pl.UInt32, eager=True)
    parent = spans.parent
    return (
        pl.DataFrame({"server": rows, "parent": parent, "calls": spans.caller_kind.gather(parent)})
        .filter(chosen.fill_null(value=False))
        .select(
            "server",
            client=pl.when("calls").then("parent"),
            caller="parent",
            user=pl.lit(value=False),
        )
    )


def _linked(frame: pl.DataFrame, spans: _Spans) -> pl.DataFrame:
    """H2: callees with the distinct producers their span links name."""
    consumers = frame.filter(spans.callee_kind & (frame["LinkedSpans"].list.len() > 0))
    producers = frame.filter(spans.caller_kind).select("SpanKey", client="row")
    return (
        consumers.select(server="row", SpanKey="LinkedSpans")
        .explode("SpanKey")
        .join(producers, on="SpanKey", how="inner")
        .select("server", "client")
        .unique()
    )


def _virtual(
    frame: pl.DataFrame, spans: _Spans, called: pl.Series, late_after_seconds: int | None
) -> pl.DataFrame:
    """H3: outermost caller spans without a callee, with a peer's name."""
    nested = (
        spans.caller_kind
        & spans.caller_kind.gather(spans.parent)
        & ((spans.service == spans.service.gather(spans.parent)) | spans.sidecar)
    ).fill_null(value=False)
    inner = called
    for _ in range(MAX_NESTING):
        inner = spans.parent.gather(inner.filter(nested.gather(inner))).unique()
        if inner.is_empty():
            break
        called = pl.concat([called, inner])
    candidates = frame.filter(spans.caller_kind & ~nested & (frame["Peer"] != "")).filter(
        ~pl.col("row").is_in(called.unique().implode())
    )
    if late_after_seconds is not None:
        settled = (pl.col("ReceivedSeconds") <= late_after_seconds) | (pl.col("Protocol") == "database")
        candidates = candidates.filter(settled)
    return candidates


def _described(frame: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    server, client = pairs["server"], pairs["client"]

    def of(column: str, rows: pl.Series) -> pl.Series:
        return frame[column].gather(rows)

    same_trace = (of("TraceId", client) == of("TraceId", server)).fill_null(value=False)
    columns = pl.DataFrame(
        {
            "slice": of("Slice", server),
            "start_ns": of("StartNs", server),
            "caller": of("Service", pairs["caller"]).fill_null("user"),
            "callee": of("Service", server),
            "server_kind": of("Kind", server),
            "client_kind": of("Kind", client),
            "client_protocol": of("Protocol", client).fill_null(""),
            "server_protocol": of("Protocol", server),
            "operation": of("Operation", server),
            "client_ns": of("DurationNs", client),
            "server_ns": of("DurationNs", server),
            "client_end_ns": of("StartNs", client) + of("DurationNs", client).cast(pl.Int64),
            "error": of("Error", server) | of("Error", client).fill_null(value=False),
            "callee_error": of("Error", server),
            "weight": of("Weight", server),
            "client_weight": of("Weight", client),
            "trace_id": of("TraceId", server),
            "client_span": of("SpanId", client),
            "server_span": of("SpanId", server),
            "same_trace": same_trace,
            "peer": of("Peer", client).fill_null(""),
            "user": pairs["user"],
            "linked": pairs["linked"],
        }
    )
    plain = (
        pl.col("client_protocol").replace("", None).fill_null(pl.col("server_protocol").replace("", "rpc"))
    )
    kind = (
        pl.when(pl.col("linked"))
        .then(pl.lit("messaging"))
        .when(~pl.col("server_kind").is_in([SERVER, CONSUMER]))
        .then(pl.lit("internal"))
        .when(
            (pl.col("server_kind") == CONSUMER) | (pl.col("client_kind") == PRODUCER).fill_null(value=False)
        )
        .then(pl.lit("messaging"))
        .otherwise(plain)
    )
    queued = pl.col("start_ns") - pl.col("client_end_ns")
    between = pl.col("client_ns").cast(pl.Int64) - pl.col("server_ns").cast(pl.Int64)
    return columns.with_columns(kind=kind).select(
        "slice",
        "start_ns",
        "caller",
        "callee",
        "kind",
        caller_kind=pl.when("user").then(pl.lit("user")).otherwise(pl.lit("service")),
        callee_kind=pl.lit("service"),
        operation="operation",
        client_ns="client_ns",
        server_ns="server_ns",
        gap_ns=pl.when(pl.col("kind") == "messaging").then(queued).otherwise(between).clip(lower_bound=0),
        error="error",
        callee_error="callee_error",
        weight=pl.max_horizontal("weight", "client_weight"),
        trace_id="trace_id",
        span_id=pl.when("same_trace").then("client_span").otherwise("server_span"),
        callee_span_id="server_span",
        peer="peer",
        pending_since=pl.lit(None, pl.UInt32),
    )


def _described_virtual(frame: pl.DataFrame, callers: pl.DataFrame) -> pl.DataFrame:
    kind = (
        pl.when(pl.col("Protocol").is_in(["database", "messaging"]))
        .then("Protocol")
        .otherwise(pl.lit("external"))
    )
    return callers.select(
        slice="Slice",
        start_ns="StartNs",
        caller="Service",
        callee="Peer",
        kind=kind,
        caller_kind=pl.lit("service"),
        callee_kind=kind,
        operation="Operation",
        client_ns="DurationNs",
        server_ns=pl.lit(None, pl.UInt64),
        gap_ns=pl.lit(None, pl.Int64),
        error="Error",
        callee_error="Error",
        weight="Weight",
        trace_id="TraceId",
        span_id="SpanId",
        callee_span_id=pl.lit(None, pl.UInt64),
        peer=pl.lit(""),
        pending_since=pl.when(pl.col("Protocol") != "database").then("ReceivedSeconds"),
    )
