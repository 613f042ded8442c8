"""Random forests of traces with everything that makes linking hard, as spans of the linker.

Late arrival, duplicates and the split over requests are made by whoever sends them.
"""

from __future__ import annotations

from random import Random

from query.links.span import CALLER_KINDS, LinkSpan
from query.model.trace import SpanKind

START_NS = 1_790_000_000_000_000_000
MS = 1_000_000
SERVICES = ["frontend", "cart", "payment", "mail", "frontend.default", "cart.default"]
KINDS: list[SpanKind] = ["unspecified", "internal", "server", "client", "producer", "consumer"]
ATTRIBUTES: list[dict[str, object]] = [
    {},
    {"http.request.method": "GET", "server.address": "cart.internal", "server.port": 443},
    {"http.method": "POST", "http.url": "https://user:pw@api.example.org:8443/v1?x=1"},
    {"http.method": "GET", "http.host": "old.example:80"},
    {"http.request.method": "GET", "url.full": "http://10.1.2.3:9000/a"},
    {"rpc.system": "grpc", "rpc.service": "shop.Cart", "rpc.method": "Add"},
    {"rpc.system.name": "grpc", "rpc.method": "shop.v1.Cart/Add", "network.peer.address": "10.0.0.9"},
    {"rpc.system": "aws-api", "rpc.service": "S3", "server.address": "s3.amazonaws.com"},
    {"db.system": "postgresql", "net.peer.name": "db", "net.peer.port": 5432},
    {"db.system.name": "redis", "network.peer.address": "10.2.3.4", "network.peer.port": 6379},
    {"db.system": "mssql"},
    {"db.namespace": "orders", "server.address": "192.168.7.9"},
    {"messaging.system": "kafka", "messaging.destination.name": "orders"},
    {"messaging.system": "kafka", "messaging.destination": "old-topic"},
    {"messaging.system": "sqs", "messaging.destination.name": "tmp", "messaging.destination.temporary": True},
    {"messaging.system": "kafka", "messaging.operation.type": "receive"},
    {"service.peer.name": "bank", "server.address": "203.0.113.7"},
    {"peer.service": "legacy", "db.system": "db2"},
    {"gen_ai.provider.name": "example.ai", "server.address": "llm.example"},
    {"server.address": "127.0.0.1", "server.port": 8080},
    {"server.address": "2001:db8::7", "server.port": 1},
    {"SampleRate": 4},
]
SIDECAR: dict[str, object] = {"component": "proxy", "upstream_cluster": "outbound|80||cart"}


class Forest:
    """Grows traces from one source of randomness, so that a failing example can be repeated and shrunk."""

    def __init__(self, random: Random, *, reach_ns: int = 40_000 * MS) -> None:
        self._random = random
        self._reach_ns = reach_ns
        self._spans: list[LinkSpan] = []

    def grow(self, traces: int, most_spans: int) -> list[LinkSpan]:
        """Spans of up to `most_spans` per trace; ids of spans repeat between traces."""
        for number in range(traces):
            trace_id = f"{self._random.getrandbits(128):032x}" if number % 3 else f"{number + 1:032x}"
            self._trace(trace_id, self._random.randint(1, most_spans))
        return self._spans

    def _trace(self, trace_id: str, size: int) -> None:
        trace: list[LinkSpan] = []
        start_ns = START_NS + self._random.randrange(self._reach_ns)
        for number in range(size):
            parent = self._parent(trace)
            trace.append(self._span(trace_id, number + 1, parent, start_ns))
        self._spans += trace

    def _parent(self, trace: list[LinkSpan]) -> str:
        if not trace or self._random.random() < 0.07:
            return self._random.choice(["", "", "00000000000000ff"])
        # Mostly the newest spans: real traces are chains with some breadth.
        return self._random.choice(trace[-3:]).span_id

    def _span(self, trace_id: str, number: int, parent: str, start_ns: int) -> LinkSpan:
        choose = self._random.choice
        skew_ns = choose([0, 0, 0, -3, 3, 12_000]) * MS
        kind = choose([*KINDS, "client", "client", "server", "server"])
        attributes = dict(choose(ATTRIBUTES))
        if self._random.random() < 0.15:
            attributes |= SIDECAR
        return LinkSpan(
            trace_id=trace_id,
            span_id=f"{number:016x}",
            parent_span_id=parent,
            service=choose(SERVICES),
            name=choose(["GET /", "query", "publish", "Ünïcode ✓"]),
            kind=kind,
            start_ns=start_ns + self._random.randrange(900) * MS + skew_ns,
            duration_ns=choose([0, 1, 999, 5 * MS, self._random.randrange(1, 30_000) * MS]),
            error=self._random.random() < 0.2,
            attributes=attributes,
            resource=choose([{}, {}, {}, {"telemetry.sdk.name": "envoy"}]) if kind == "client" else {},
            trace_state=choose(["", "", "", "ot=th:c", "a=b,ot=rv:1;th:8,c=d", "ot=th:zz"]),
            span_links=self._links(kind),
        )

    def _links(self, kind: SpanKind) -> tuple[tuple[str, str], ...]:
        if kind not in ("consumer", "server") or self._random.random() < 0.5:
            return ()
        callers = [span for span in self._spans if span.kind in CALLER_KINDS]
        if not callers:
            return (("f" * 32, "f" * 16),)
        return tuple(self._random.choice(callers).key for _ in range(self._random.randint(1, 3)))
