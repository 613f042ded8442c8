"""The shop answers the pages' questions from the fixed figures of `tests.ui.shop_links`.

The same every time, so that pages can be compared with golden files and looked at in screenshots.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from query.model.link import (
    DependencyLink,
    HistogramBucket,
    LinkDetail,
    LinkList,
    LinkOperation,
    LinkStep,
    MapNode,
    NodeKind,
    ServiceMap,
    Status,
)
from query.model.service import (
    OperationFigures,
    OperationList,
    ServiceFigures,
    ServiceList,
    ServiceStep,
    SlaRow,
    SlaTable,
)
from query.model.trace import Trace, TracePage
from query.model.window import Window, rfc3339
from tests.ui.shop_causes import ShopCauses
from tests.ui.shop_links import SHOP_LINKS, SHOP_NAMESPACES, big_links, times

if TYPE_CHECKING:
    from query.model.search import TraceFilter

    Steps = list[ServiceStep]

NOW_NS = 1_795_358_700_000_000_000  # 2026-11-22T14:45:00Z
STEP_SECONDS = 15.0


@dataclass
class Shop:
    """Answers from a fixed list of links; satisfies `ui.questions.Questions` by being all its parts."""

    all_links: tuple[DependencyLink, ...] = SHOP_LINKS
    earlier_links: tuple[DependencyLink, ...] = ()
    any_trace: bool = True
    failure: Exception | None = None
    asked: list[tuple[str, object]] = field(default_factory=list)
    namespaces: Mapping[str, str] = field(default_factory=dict)

    @property
    def links(self) -> ShopLinks:
        return ShopLinks(self)

    @property
    def causes(self) -> ShopCauses:
        return ShopCauses(self)

    @property
    def services(self) -> ShopServices:
        return ShopServices(self)

    @property
    def traces(self) -> Shop:
        return self

    @property
    def search(self) -> Shop:
        return self

    def get(self, trace_id: str) -> Trace | None:
        return None

    def find(
        self, window: Window, filter: TraceFilter, *, sort: str, limit: int, cursor: str | None
    ) -> TracePage:
        return TracePage([], None)

    def has_any_trace(self) -> bool:
        return self.any_trace

    def present(self, window: Window) -> tuple[DependencyLink, ...]:
        if self.failure:
            raise self.failure
        return self.all_links if window.end_ns > NOW_NS - 3_600_000_000_000 else self.earlier_links

    def kinds(self) -> dict[str, NodeKind]:
        kinds: dict[str, NodeKind] = {}
        for one in self.all_links:
            kinds[one.caller], kinds[one.callee] = one.caller_kind, one.callee_kind
        return kinds


SORTS: dict[str, Callable[[DependencyLink], float]] = {
    "p50": lambda one: one.observed_ms.p50 if one.observed_ms else 0,
    "p95": lambda one: one.observed_ms.p95 if one.observed_ms else 0,
    "p99": lambda one: one.observed_ms.p99 if one.observed_ms else 0,
    "max": lambda one: one.observed_ms.max if one.observed_ms else 0,
    "error_rate": lambda one: one.error_rate,
    "calls": lambda one: one.calls,
    "gap_p95": lambda one: one.gap_ms.p95 if one.gap_ms else 0,
    "impact": lambda one: one.impact_ms,
}


@dataclass
class ShopLinks:
    """`LinkQuestions` over the shop."""

    shop: Shop

    def list(
        self,
        window: Window,
        *,
        sort: str = "p95",
        limit: int = 20,
        caller: str | None = None,
        callee: str | None = None,
        status: str | None = None,
    ) -> LinkList:
        self.shop.asked.append(("list", (sort, limit, caller, callee, status)))
        chosen = [
            one
            for one in self.shop.present(window)
            if caller in (None, one.caller) and callee in (None, one.callee) and status in (None, one.status)
        ]
        chosen.sort(key=lambda one: (-SORTS[sort](one), one.caller, one.callee))
        return LinkList(window.start, window.end, chosen[:limit])

    def detail(self, caller: str, callee: str, window: Window) -> LinkDetail | None:
        for one in self.shop.present(window):
            if (one.caller, one.callee) == (caller, callee):
                return _detail(one, window)
        return None

    def service_map(
        self, window: Window, *, service: str | None = None, depth: int | None = None
    ) -> ServiceMap:
        present = self.shop.present(window)
        if service is not None:
            near = {service}
            for _ in range(depth or 1):
                near |= {
                    n for one in present if {one.caller, one.callee} & near for n in (one.caller, one.callee)
                }
            present = tuple(one for one in present if {one.caller, one.callee} <= near)
        named = self.shop.namespaces
        nodes = [replace(node, namespace=named.get(node.service, "")) for node in _nodes(present)]
        return ServiceMap(window.start, window.end, nodes, list(present))


@dataclass
class ShopServices:
    """`ServiceQuestions` over the shop."""

    shop: Shop

    def list(self, window: Window) -> ServiceList:
        figures = [
            ServiceFigures(
                n.service,
                n.calls,
                n.calls_per_second,
                n.errors,
                n.error_rate,
                n.server_ms,
                n.status,
                n.calls * 3,
            )
            for n in _nodes(self.shop.present(window))
            if n.kind == "service"
        ]
        return ServiceList(window.start, window.end, figures)

    def operations(self, service: str, window: Window) -> OperationList:
        node = next((n for n in _nodes(self.shop.present(window)) if n.service == service), None)
        if node is None or node.kind != "service":
            return OperationList(service, window.start, window.end, [])
        figures = [
            OperationFigures(name, kind, calls, calls / 900, 0, 0.0, times(p95))
            for name, kind, calls, p95 in (
                ("POST /charge", "server", 1_240, 788.0),
                ("GET /healthz", "server", 90, 1.2),
                ("POST bank", "client", 1_236, 141.0),
            )
        ]
        return OperationList(service, window.start, window.end, figures)

    def sla(self, window: Window) -> SlaTable:
        rows = [
            SlaRow(
                *(one.service, one.calls, one.errors, 1 - one.error_rate, one.calls_per_second),
                peak_calls_per_second=one.calls_per_second * 3,
                mean_ms=one.server_ms.p50 * 1.2 if one.server_ms else None,
                duration_ms=one.server_ms,
            )
            for one in self.list(window).services
            if one.calls
        ]
        return SlaTable(window.start, window.end, rows)

    def timeseries(self, service: str, window: Window) -> Steps:
        for one in self.shop.present(window):
            if one.callee == service:
                return [
                    ServiceStep(s.start, s.calls, s.errors, s.p50, s.p95, s.p99) for s in _steps(one, window)
                ]
        return []


def big_shop() -> Shop:
    return Shop(big_links())


def shop_in_namespaces() -> Shop:
    """The shop with three namespaces; frontend and scheduler are in none."""
    return Shop(namespaces=SHOP_NAMESPACES)


def big_shop_in_namespaces() -> Shop:
    """The big shop, each area a namespace."""
    names = {name for one in big_links() for name in (one.caller, one.callee)}
    return Shop(big_links(), namespaces={name: name.partition("-")[0] for name in names})


def _nodes(present: tuple[DependencyLink, ...]) -> list[MapNode]:
    kinds = Shop(present).kinds()
    nodes = []
    for name in sorted(kinds):
        incoming = [one for one in present if one.callee == name and one.caller != name]
        calls, errors = sum(one.calls for one in incoming), sum(one.errors for one in incoming)
        worst: Status = next(
            (s for s in ("failing", "slow") if any(one.status == s for one in incoming)), "ok"
        )
        server = max((one.observed_ms.p95 for one in incoming if one.observed_ms), default=None)
        nodes.append(
            MapNode(
                name,
                kinds[name],
                calls,
                calls / 900,
                errors,
                errors / calls if calls else 0.0,
                times(server) if server else None,
                worst,
            )
        )
    return nodes


def _steps(one: DependencyLink, window: Window) -> list[LinkStep]:
    random = Random(one.caller + one.callee)
    count = max(1, round(window.seconds / STEP_SECONDS)) if window.seconds <= 7200 else 60
    baseline = one.baseline_p95_ms or 1.0
    now = one.observed_ms.p95 if one.observed_ms else baseline
    steps = []
    for i in range(count):
        bad = one.status != "slow" or i > count * 0.2
        p95 = (now if bad else baseline) * random.uniform(0.9, 1.1)
        calls = max(0, round(one.calls / count * random.uniform(0.8, 1.2)))
        start = rfc3339(window.start_ns + int(i * window.seconds / count * 1e9))
        errors = round(calls * one.error_rate)
        steps.append(
            LinkStep(start, calls, errors, p95 * 0.4, p95, p95 * 1.3, p95 * 0.96, p95 * 0.03)
            if calls
            else LinkStep(start, 0, 0, None, None, None, None, None)
        )
    return steps


def _detail(one: DependencyLink, window: Window) -> LinkDetail:
    centre = math.log2(one.observed_ms.p50 if one.observed_ms else 1.0)
    histogram = [
        HistogramBucket(
            2 ** (centre + i / 4),
            2 ** (centre + (i + 1) / 4),
            round(one.calls * 0.12 * math.exp(-((i / 4) ** 2))),
        )
        for i in range(-10, 11)
    ]
    operations = [
        LinkOperation("POST /charge", one.calls, one.errors, one.error_rate, one.server_ms, one.client_ms),
        LinkOperation("GET /healthz", 90, 0, 0.0, times(1.2), times(2.0)),
    ]
    failing = [replace(e, error=True) for e in one.exemplars[:3]] if one.errors else []
    return LinkDetail(
        one, window.start, window.end, STEP_SECONDS, _steps(one, window), histogram, operations, failing
    )
