"""Deterministic traces for the trace, search and comparison pages: a small shop, and huge and odd shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from query.model.trace import (
    Attributes,
    Hop,
    Scope,
    ServiceCount,
    Span,
    SpanEvent,
    SpanKind,
    SpanLink,
    SpanStatus,
    Trace,
    TraceSummary,
)
from query.model.window import rfc3339

ORIGIN_NS = 1_795_366_200_000_000_000
SHOP_TRACE_ID = "5b8aa5a2d2c872e8321cf37308d69df2"
SQL = "SELECT id, sku, price FROM stock WHERE sku IN ($1, $2) AND warehouse = $3 ORDER BY price LIMIT 20"
STACK = (
    "Traceback (most recent call last):\n"
    '  File "payment/app.py", line 41, in charge\n'
    "    raise CardDeclined(card)\n"
    "payment.errors.CardDeclined: card declined"
)


@dataclass(frozen=True)
class Sketch:
    """A span in few words; times in ms after the trace's start."""

    id: str
    parent: str
    service: str
    name: str
    kind: SpanKind
    start: float
    duration: float
    status: SpanStatus = "unset"
    message: str = ""
    skew: float = 0.0
    attributes: Attributes = field(default_factory=dict)
    events: Sequence[SpanEvent] = ()
    links: Sequence[SpanLink] = ()
    warnings: Sequence[str] = ()


def span_id(text: str) -> str:
    """A 16-digit hex id that is stable for a short name."""
    return text.encode().hex().rjust(16, "0")[-16:]


def build_trace(
    sketches: Sequence[Sketch], trace_id: str = SHOP_TRACE_ID, warnings: Sequence[str] = ()
) -> Trace:
    """Puts sketches in tree order and works out depth, self time, a simple critical path and hops."""
    known = {sketch.id for sketch in sketches}
    children: dict[str, list[Sketch]] = {}
    for sketch in sketches:
        children.setdefault(sketch.parent if sketch.parent in known else "", []).append(sketch)
    for siblings in children.values():
        siblings.sort(key=lambda one: one.start, reverse=True)
    spans: list[Span] = []
    stack = [(root, 0) for root in children.get("", [])]
    critical = _critical_ms(children)
    while stack:
        sketch, depth = stack.pop()
        spans.append(_span(sketch, depth, children.get(sketch.id, []), critical.get(sketch.id, 0.0)))
        stack.extend((child, depth + 1) for child in children.get(sketch.id, []))
    duration = max(sketch.start + sketch.duration for sketch in sketches) - min(s.start for s in sketches)
    return Trace(
        trace_id,
        rfc3339(ORIGIN_NS),
        duration,
        len(spans),
        sum(span.status == "error" for span in spans),
        spans,
        _hops(sketches, critical),
        list(warnings),
    )


def _critical_ms(children: dict[str, list[Sketch]]) -> dict[str, float]:
    """Last-finishing-child walk, enough for fixtures: the real algorithm is the query side's."""
    critical: dict[str, float] = {}
    roots = children.get("", [])
    work = [(root, root.start + root.duration) for root in roots[-1:]]
    while work:
        sketch, until = work.pop()
        cursor = until
        for child in sorted(children.get(sketch.id, []), key=lambda one: -(one.start + one.duration)):
            finish = min(child.start + child.duration, until)
            if finish <= cursor and child.start >= sketch.start:
                critical[sketch.id] = critical.get(sketch.id, 0.0) + cursor - finish
                work.append((child, finish))
                cursor = child.start
        critical[sketch.id] = critical.get(sketch.id, 0.0) + max(cursor - sketch.start, 0.0)
    return critical


def _span(sketch: Sketch, depth: int, below: Sequence[Sketch], critical_ms: float) -> Span:
    covered, cursor = 0.0, sketch.start
    for child in reversed(below):
        end = min(child.start + child.duration, sketch.start + sketch.duration)
        covered += max(end - max(child.start, cursor), 0.0)
        cursor = max(cursor, end)
    return Span(
        span_id=span_id(sketch.id),
        parent_span_id=span_id(sketch.parent) if sketch.parent else "",
        service=sketch.service,
        name=sketch.name,
        kind=sketch.kind,
        start_time_unix_nano=str(ORIGIN_NS + round((sketch.start - sketch.skew) * 1e6)),
        duration_ms=sketch.duration,
        self_ms=max(sketch.duration - covered, 0.0),
        depth=depth,
        status=sketch.status,
        status_message=sketch.message,
        critical_ms=critical_ms,
        skew_ms=sketch.skew,
        attributes=sketch.attributes,
        resource={"service.name": sketch.service, "service.version": "1.4.2", "host.name": "node-3"},
        scope=Scope("opentelemetry.instrumentation.httpx", "0.66b2"),
        events=list(sketch.events),
        links=list(sketch.links),
        warnings=list(sketch.warnings),
    )


def _hops(sketches: Sequence[Sketch], critical: dict[str, float]) -> list[Hop]:
    by_id = {sketch.id: sketch for sketch in sketches}
    hops = []
    answered = set()
    for server in sketches:
        client = by_id.get(server.parent)
        if client is None or (client.kind, server.kind) not in {
            ("client", "server"),
            ("producer", "consumer"),
        }:
            continue
        answered.add(client.id)
        messaging = client.kind == "producer"
        gap = (
            server.start - client.start - client.duration
            if messaging
            else max(client.duration - server.duration, 0)
        )
        request = server.start - client.start
        hops.append(
            Hop(
                client.service, server.service, "messaging" if messaging else "http",
                span_id(client.id), span_id(server.id), client.duration, server.duration, gap,
                None if messaging else request, None if messaging else gap - request,
                critical.get(client.id, 0) + critical.get(server.id, 0), server.status == "error",
            )
        )  # fmt: skip
    for client in sketches:
        if client.kind == "client" and client.id not in answered:
            callee = str(client.attributes.get("db.namespace", "external"))
            hops.append(
                Hop(
                    client.service, callee, "database", span_id(client.id), None, client.duration, None,
                    None, None, None, critical.get(client.id, 0), client.status == "error",
                )
            )  # fmt: skip
    return hops


def shop_sketches() -> list[Sketch]:
    """A checkout: a slow payment → bank hop that fails once, four stock queries, a queue, skew, odd marks."""
    db: Attributes = {"db.system.name": "postgresql", "db.namespace": "stock-db", "db.query.text": SQL}
    http: Attributes = {
        "http.request.method": "POST",
        "url.path": "/charge",
        "http.response.status_code": 200,
        "retry": False,
        "sku.ids": ["a-1", "b-2"],
        "card": {"brand": "visa", "last4": "4242"},
        "note": None,
    }
    at = ORIGIN_NS + 1_050_000_000
    declined = SpanEvent(
        str(at),
        "exception",
        {
            "exception.type": "payment.errors.CardDeclined",
            "exception.message": "card declined",
            "exception.stacktrace": STACK,
        },
    )
    retry = SpanEvent(str(ORIGIN_NS + 300_000_000), "retry", {"attempt": 2})
    elsewhere = SpanLink("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", {"reason": "batched with"})
    queries = [
        Sketch(f"q{n}", "stk", "stock", "SELECT stock", "client", 62 + 9 * n, 8.2, attributes=db)
        for n in range(4)
    ]
    return [
        Sketch("web", "", "web", "GET /checkout", "server", 0, 1240, attributes={"user.tier": "gold"}),
        Sketch("w1", "web", "web", "POST", "client", 12, 1221, attributes=http),
        Sketch("chk", "w1", "checkout", "POST /checkout", "server", 18, 1209.4, events=[retry]),
        Sketch("c1", "chk", "checkout", "stock.Stock/Reserve", "client", 40, 81),
        Sketch("stk", "c1", "stock", "stock.Stock/Reserve", "server", 44.5, 72.1, skew=3.1),
        *queries,
        Sketch("c2", "chk", "checkout", "POST", "client", 130, 1082, attributes=http),
        Sketch("pay", "c2", "payment", "POST /charge", "server", 136, 1070, attributes=http),
        Sketch("p0", "pay", "payment", "fraud check", "internal", 138, 64),
        Sketch(
            "p1", "pay", "payment", "POST api.bank.example", "client", 210, 985, "error", "card declined",
            attributes={"server.address": "api.bank.example", "peer.service": "bank"},
        ),
        Sketch(
            "bnk", "p1", "bank", "POST /authorize", "server", 219, 968, "error", "card declined",
            events=[declined], attributes={"http.response.status_code": 402},
        ),
        Sketch("c3", "chk", "checkout", "orders publish", "producer", 1213, 4.1),
        Sketch(
            "eml", "c3", "email", "orders process", "consumer", 1222.6, 17, links=[elsewhere],
            warnings=["arrived 42 s after the rest of its trace"],
        ),
        Sketch(
            "lost", "gone", "audit", "write record", "internal", 700, 120,
            warnings=["its parent has not arrived"],
        ),
    ]  # fmt: skip


def shop_trace() -> Trace:
    """The checkout as a trace."""
    return build_trace(shop_sketches(), warnings=["1 span names a parent that has not arrived"])


def large_trace(count: int, trace_id: str = SHOP_TRACE_ID) -> Trace:
    """`count` spans in a bushy tree of eight services: client, server and SQL spans alternate."""
    services = ("web", "checkout", "payment", "stock", "search", "basket", "email", "bank")
    root = Sketch("r", "", "web", "GET /", "server", 0, count * 0.1 + 10)
    sketches = [root]
    requests = [root]
    while len(sketches) < count:
        number = len(sketches)
        parent = requests[(number * 7919) % min(len(requests), 500)]
        room = parent.duration * 0.8
        start = parent.start + room * ((number * 31) % 97) / 97
        if number % 3 == 0 or len(sketches) + 2 > count:
            sketches.append(
                Sketch(f"d{number}", parent.id, parent.service, "SELECT stock", "client", start, 0.08)
            )
            continue
        callee = services[(number * 5) % len(services)]
        client = Sketch(f"c{number}", parent.id, parent.service, "POST", "client", start, room * 0.2)
        server = Sketch(
            f"s{number}", client.id, callee, f"POST /{callee}/{number % 12}", "server",
            start + room * 0.01, room * 0.18, "error" if number % 997 == 0 else "unset",
        )  # fmt: skip
        sketches += [client, server]
        requests.append(server)
    return build_trace(sketches[:count], trace_id)


def deep_trace(levels: int = 2000) -> Trace:
    """A single chain: each span calls exactly one other."""
    return build_trace(
        [
            Sketch(f"n{n}", f"n{n - 1}" if n else "", f"svc-{n % 5}", f"step {n}", "internal",
                   n * 0.1, (levels - n) * 0.2 + 1)
            for n in range(levels)
        ]
    )  # fmt: skip


def wide_trace(siblings: int = 5000) -> Trace:
    """One parent with thousands of equal children: the N+1 query."""
    rows = [
        Sketch(f"q{n}", "r", "stock", "SELECT stock", "client", n * 0.5, 0.4, "error" if n == 7 else "unset")
        for n in range(siblings)
    ]
    return build_trace(
        [Sketch("r", "", "stock", "GET /all", "server", 0, siblings * 0.5 + 1), *rows],
        "00000000000000000000000000000001",
    )


def summary(trace: Trace) -> TraceSummary:
    """The trace as a search lists it."""
    counts: dict[str, ServiceCount] = {}
    for span in trace.spans:
        count = counts.get(span.service, ServiceCount(span.service, 0, 0))
        counts[span.service] = replace(
            count, spans=count.spans + 1, errors=count.errors + (span.status == "error")
        )
    root = trace.spans[0]
    return TraceSummary(
        trace.trace_id, root.service, root.name, trace.start, trace.duration_ms, trace.span_count,
        trace.error_count, list(counts.values()),
    )  # fmt: skip
