"""Why the shop's links are as they are: fixed answers of `ui.questions.CauseQuestions`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from query.causes.heatmap import heatmap_of
from query.causes.selection import Selection, asked, bounds_of
from query.links.figures import Figures, LinkKey
from query.links.profile import step_seconds
from query.links.sketch import bucket_of
from query.model.cause import (
    CalleeProcesses,
    CallerRanking,
    CallSort,
    CriticalPaths,
    LinkHeatmap,
    LinkPath,
    LinkSelection,
    Looked,
    PathShare,
    ProcessAttribute,
    ProcessFigures,
    RankedCaller,
    SelectedCall,
    ValueDifference,
)
from query.model.link import DependencyLink
from query.model.window import NS_PER_S, Window, rfc3339

if TYPE_CHECKING:
    from tests.ui.shop import Shop

MS = 1_000_000
DIFFERENCES = (
    ("callee", "resource", "service.version", "2.4.1", 0.97, 0.13),
    ("callee", "span", "payment.provider", "acme-bank", 0.91, 0.34),
    ("caller", "span", "customer.tier", "gold", 0.44, 0.12),
    ("callee", "span", "feature.flag", None, 0.38, 0.11),
)


@dataclass
class ShopCauses:
    """`CauseQuestions` over the shop."""

    shop: Shop

    def heatmap(self, caller: str, callee: str, window: Window) -> LinkHeatmap | None:
        link = self._link(caller, callee, window)
        return _heatmap(link, window) if link else None

    def selection(
        self,
        caller: str,
        callee: str,
        window: Window,
        selection: Selection,
        *,
        sort: CallSort = "slowest",
        limit: int = 20,
    ) -> LinkSelection | None:
        self.shop.asked.append(("selection", selection))
        link = self._link(caller, callee, window)
        if link is None:
            return None
        p95_ms = link.observed_ms.p95 if link.observed_ms else 0.0
        bounds = bounds_of(selection, window, p95_ms * MS)
        selected = max(1, link.calls // 20)
        calls = [
            SelectedCall(one.trace_id, one.span_id, rfc3339(window.end_ns - (i + 1) * 37 * NS_PER_S), *rest)
            for i, one in enumerate(link.exemplars)
            for rest in [(one.duration_ms, one.error)]
        ]
        return LinkSelection(
            caller=caller,
            callee=callee,
            kind=link.kind,
            start=window.start,
            end=window.end,
            selection=asked(selection, bounds),
            taken_from="calls",
            searched_share=1.0,
            selected=Looked(selected, min(selected, 1_000)),
            rest=Looked(link.calls - selected, min(link.calls - selected, 1_000)),
            calls=calls[:limit],
            more=True,
            differences=_differences(selected) if link.status != "ok" else [],
            identifiers=["callee order.id"],
        )

    def callers(
        self, caller: str, callee: str, window: Window, *, operation: str | None = None
    ) -> CallerRanking | None:
        into = [one for one in self.shop.present(window) if one.callee == callee and one.observed_ms]
        times = [one.calls * one.observed_ms.p50 for one in into if one.observed_ms]
        ranked = [
            RankedCaller(
                *(one.caller, one.kind, one.calls, one.calls_per_second, one.errors, one.error_rate),
                p95_ms=one.observed_ms.p95 if one.observed_ms else 0.0,
                time_ms=time_ms,
                time_share=time_ms / sum(times),
            )
            for one, time_ms in zip(into, times, strict=True)
        ]
        ranked.sort(key=lambda one: -one.time_ms)
        return CallerRanking(caller, callee, window.start, window.end, ["POST /charge"], ranked)

    def processes(self, caller: str, callee: str, window: Window) -> CalleeProcesses | None:
        link = self._link(caller, callee, window)
        if link is None:
            return None
        slow = link.observed_ms.p95 if link.observed_ms else 1.0
        seen = link.callee_kind == "service"
        versions = [_process("2.4.0", 820, slow / 5), _process("2.4.1", 180, slow, errors=9)]
        pods = [_process(f"{callee}-7d9f-{name}", 340 - i, slow / (4 - i)) for i, name in enumerate("abc")]
        attributes = [
            ProcessAttribute("service.version", versions, 0),
            ProcessAttribute("k8s.pod.name", pods, 0),
            ProcessAttribute("host.name", [_process("node-1", 1_000, slow)], 0),
        ]
        looked = Looked(link.calls, min(1_000, link.calls))
        return CalleeProcesses(
            caller, callee, window.start, window.end, 1.0, looked, attributes if seen else []
        )

    def link_path(self, caller: str, callee: str, window: Window) -> LinkPath | None:
        found = self.critical_paths(window)
        places = [(one.caller, one.callee) for one in found.links]
        if (caller, callee) not in places:
            return None
        place = places.index((caller, callee))
        share = found.links[place].share
        return LinkPath(
            caller, callee, window.start, window.end, share, 500, min(1.0, share * 2), 500, 240.0, place + 1
        )

    def critical_paths(self, window: Window) -> CriticalPaths:
        present = [one for one in self.shop.present(window) if one.observed_ms]
        weights = [one.calls * one.observed_ms.p50 for one in present if one.observed_ms]
        total = sum(weights) * 1.03 or 1.0
        links = [
            PathShare(
                one.caller, one.callee, one.kind, weight / total, 100, weight / one.calls, one.impact_ms
            )
            for one, weight in zip(present, weights, strict=True)
        ]
        links.sort(key=lambda one: -one.share)
        return CriticalPaths(window.start, window.end, 500, 12_840, 231.0, 0.03, links)

    def _link(self, caller: str, callee: str, window: Window) -> DependencyLink | None:
        between = [one for one in self.shop.present(window) if (one.caller, one.callee) == (caller, callee)]
        return between[0] if between else None


def _heatmap(link: DependencyLink, window: Window) -> LinkHeatmap:
    """Calls around the baseline, and around today's p95 from a fifth of the window on."""
    random = Random(link.caller + link.callee)
    step = step_seconds(window)
    first = window.start_ns // NS_PER_S // step * step
    starts = range(first, -(-window.end_ns // NS_PER_S), step)
    columns = {}
    baseline = link.baseline_p95_ms or 10.0
    now = link.observed_ms.p95 if link.observed_ms else baseline
    for start in starts:
        columns[start] = figures = Figures()
        late = start > first + len(starts) * step / 5
        for _ in range(min(40, round(link.calls / len(starts)))):
            middle = now * 0.8 if late and random.random() < 0.25 else baseline * 0.5
            bucket = bucket_of(int(middle * MS * math.exp(random.gauss(0, 0.3))))
            figures.client.histogram[bucket] = figures.client.histogram.get(bucket, 0.0) + 1.0
        figures.errors = float(random.random() < link.errors / len(starts))
    return heatmap_of(LinkKey(link.caller, link.callee, link.kind), columns, window, step)


def _differences(selected: int) -> list[ValueDifference]:
    return [
        ValueDifference(
            side=side,  # type: ignore[arg-type]  # one of the two, as a plain string above
            source=source,  # type: ignore[arg-type]
            key=key,
            value=value,
            selected_calls=round(selected * share),
            selected_share=share,
            rest_calls=round(1_000 * rest),
            rest_share=rest,
            difference=share - rest,
            surplus=share - rest - 0.08,
            same_calls=["callee service.instance.id = payment-2"] if key == "service.version" else [],
        )
        for side, source, key, value, share, rest in DIFFERENCES
    ]


def _process(value: str, calls: int, p95_ms: float, errors: int = 0) -> ProcessFigures:
    return ProcessFigures(value, calls, calls / 1_000, errors, errors / calls, p95_ms)
