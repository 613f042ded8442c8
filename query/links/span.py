"""What the linker needs to know of a span, and what it answers with. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from query.model.link import LinkKind, NodeKind
from query.model.trace import SpanKind

CALLER_KINDS = frozenset({"client", "producer"})
CALLEE_KINDS = frozenset({"server", "consumer"})


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """One span as the linker sees it.

    Ids are lower-case hex; an empty `parent_span_id` is a root. `span_links` are OTel's links, as (trace id,
    span id). `attributes` may hold values of any kind. `received_ns` is when it was stored, 0 when unknown.
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    service: str
    name: str
    kind: SpanKind
    start_ns: int
    duration_ns: int
    error: bool = False
    attributes: Mapping[str, object] = field(default_factory=dict)
    resource: Mapping[str, object] = field(default_factory=dict)
    scope_name: str = ""
    trace_state: str = ""
    span_links: tuple[tuple[str, str], ...] = ()
    received_ns: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: span ids are unique within a trace only."""
        return self.trace_id, self.span_id

    @property
    def parent_key(self) -> tuple[str, str]:
        """The key of its parent, whether or not that has arrived."""
        return self.trace_id, self.parent_span_id

    @property
    def end_ns(self) -> int:
        """When it ended by its own clock, Unix nanoseconds."""
        return self.start_ns + self.duration_ns


@dataclass(frozen=True, slots=True)
class FoundHop:
    """One call in one trace.

    A side without a span is None. Durations are nanoseconds; `gap_ns` needs both sides. `operation` is the
    callee's span name, or the caller's when the callee is a virtual node. `weight` is how many calls it
    stands for (head sampling).
    """

    caller: str
    callee: str
    kind: LinkKind
    operation: str
    client: LinkSpan | None
    server: LinkSpan | None
    gap_ns: int | None
    error: bool
    weight: float
    caller_kind: NodeKind = "service"
    callee_kind: NodeKind = "service"

    @property
    def callee_error(self) -> bool:
        """Whether the callee's own span failed; without one, the caller's."""
        side = self.server or self.client
        assert side is not None
        return side.error

    @property
    def start_ns(self) -> int:
        """When it counts: the callee's start if there is one, else the caller's."""
        side = self.server or self.client
        assert side is not None
        return side.start_ns

    @property
    def client_span_id(self) -> str | None:
        """The caller's span, if it was observed."""
        return self.client.span_id if self.client else None

    @property
    def server_span_id(self) -> str | None:
        """The callee's span, if it was observed."""
        return self.server.span_id if self.server else None
