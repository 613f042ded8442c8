"""Answers questions about dependency links: the list, one link, the map.

Owns how figures, baselines and verdicts become the API's shapes; figures come from `query.links.source`.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from dataclasses import replace

from query.links.figures import LinkKey
from query.links.namespaces import Namespaces
from query.links.neighbourhood import within
from query.links.nodes import nodes_of
from query.links.ordering import ordered
from query.links.profile import detail_of, slot_seconds
from query.links.settings import LinkSettings
from query.links.source import LinkData, LinkMoment, LinkSource
from query.links.sums import LinkSums
from query.links.verdicts import Judge
from query.model.link import DependencyLink, LinkDetail, LinkList, ServiceMap
from query.model.window import Window

Clock = Callable[[], int]


class LinkReader:
    """Reads links; safe to share between threads.

    Args:
        source: Where figures come from.
        settings: Thresholds.
        clock: Current Unix time in nanoseconds; tests pass their own.
        namespaces: Names the namespaces of the map's services; without it they have none.
    """

    def __init__(
        self,
        source: LinkSource,
        settings: LinkSettings,
        clock: Clock = time.time_ns,
        namespaces: Namespaces | None = None,
    ) -> None:
        self._source = source
        self._namespaces = namespaces
        self._judge = Judge(settings)
        self._clock = clock

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
        """The links of a window, worst first by `sort`; ties keep one order.

        Args:
            window: When hops started.
            sort: One of `query.links.ordering.SORTS`.
            limit: At most this many links.
            caller: Only links from this service.
            callee: Only links to this service.
            status: Only links with this status.

        Raises:
            ValueError: `sort` is not one of those.
        """
        links, sums, _ = self._links(window)
        wanted = [
            link
            for link in links
            if caller in (None, link.caller)
            and callee in (None, link.callee)
            and status in (None, link.status)
        ]
        shown = ordered(wanted, sort)[:limit]
        exemplars = sums.slowest([LinkKey(link.caller, link.callee, link.kind) for link in shown])
        return LinkList(
            window.start,
            window.end,
            [replace(link, exemplars=slow) for link, slow in zip(shown, exemplars, strict=True)],
        )

    def detail(self, caller: str, callee: str, window: Window) -> LinkDetail | None:
        """Everything about the link between two services; None when it had no calls in the window.

        Two services may have links of several kinds; the one with the most calls is described.
        """
        links, sums, data = self._links(window)
        between = [link for link in links if (link.caller, link.callee) == (caller, callee)]
        if not between:
            return None
        link = max(between, key=lambda one: (one.calls, one.kind))
        figures = sums.figures(LinkKey(caller, callee, link.kind))
        now_ns = self._clock()
        step = slot_seconds(window, now_ns)
        fine = self._source.moment(now_ns).open(window, longest=step)
        return detail_of(replace(link, exemplars=figures.slow), figures, data, fine, step, sums.folding)

    def service_map(
        self, window: Window, *, service: str | None = None, depth: int | None = None
    ) -> ServiceMap:
        """All nodes and links, or those within `depth` links of `service` (1 when not given)."""
        links, sums, data = self._links(window)
        nodes = data.worked_out("nodes", lambda: nodes_of(links, sums, window.seconds), self, window)
        if service is not None:
            near = within(
                [(link.caller, link.callee) for link in links], service, 1 if depth is None else depth
            )
            links = [link for link in links if link.caller in near and link.callee in near]
            nodes = [node for node in nodes if node.service in near]
        if self._namespaces is not None:
            nodes = self._namespaces.named(nodes)
        return ServiceMap(window.start, window.end, nodes, ordered(links, "calls"))

    def _links(self, window: Window) -> tuple[builtins.list[DependencyLink], LinkSums, LinkData]:
        """All links without their exemplars, in the order of the sums."""
        now_ns = self._clock()
        moment = self._source.moment(now_ns)
        data = moment.open(window)
        sums = data.sums()
        # The same for all who ask for this window while the same is seen.
        links = data.worked_out("links", lambda: self._judged(moment, data, sums, now_ns), self, window)
        return links, sums, data

    def _judged(
        self, moment: LinkMoment, data: LinkData, sums: LinkSums, now_ns: int
    ) -> builtins.list[DependencyLink]:
        window = data.window
        verdicts = self._judge.verdicts(moment, data, sums, now_ns)
        links = []
        for row, verdict, times in zip(
            sums.links.iter_rows(named=True), verdicts, sums.percentiles, strict=True
        ):
            client, server, gap = times
            observed = client or server
            excess_ms = 0.0
            if observed and verdict.baseline_p95_ms is not None:
                excess_ms = max(0.0, observed.p95 - verdict.baseline_p95_ms)
            calls, errors = row["Calls"], row["Errors"]
            links.append(
                DependencyLink(
                    caller=row["Caller"],
                    callee=row["Callee"],
                    kind=row["Kind"],
                    calls=round(calls),
                    calls_per_second=calls / window.seconds,
                    errors=round(errors),
                    error_rate=errors / calls if calls else 0.0,
                    client_ms=client,
                    server_ms=server,
                    gap_ms=gap,
                    baseline_p95_ms=verdict.baseline_p95_ms,
                    status=verdict.status,
                    reasons=verdict.reasons,
                    impact_ms=calls * excess_ms,
                    caller_kind=row["CallerKind"],
                    callee_kind=row["CalleeKind"],
                )
            )
        return links
