"""Answers questions about dependency links: the list, one link, the map.

Owns how figures, baselines and verdicts become the API's shapes; figures come from `query.links.source`.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable

from query.links.figures import Figures, LinkKey, by_link
from query.links.neighbourhood import within
from query.links.nodes import nodes_of
from query.links.ordering import ordered
from query.links.profile import detail_of
from query.links.settings import LinkSettings
from query.links.source import LinkData, LinkSource
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
    """

    def __init__(self, source: LinkSource, settings: LinkSettings, clock: Clock = time.time_ns) -> None:
        self._source = source
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
        links, _, _ = self._links(window)
        wanted = [
            link
            for link in links
            if caller in (None, link.caller)
            and callee in (None, link.callee)
            and status in (None, link.status)
        ]
        return LinkList(window.start, window.end, ordered(wanted, sort)[:limit])

    def detail(self, caller: str, callee: str, window: Window) -> LinkDetail | None:
        """Everything about the link between two services; None when it had no calls in the window.

        Two services may have links of several kinds; the one with the most calls is described.
        """
        links, figures, data = self._links(window)
        between = [link for link in links if (link.caller, link.callee) == (caller, callee)]
        if not between:
            return None
        link = max(between, key=lambda one: (one.calls, one.kind))
        return detail_of(link, figures[LinkKey(caller, callee, link.kind)], data)

    def service_map(
        self, window: Window, *, service: str | None = None, depth: int | None = None
    ) -> ServiceMap:
        """All nodes and links, or those within `depth` links of `service` (1 when not given)."""
        links, figures, _ = self._links(window)
        nodes = nodes_of(links, figures, window.seconds)
        if service is not None:
            near = within(
                [(link.caller, link.callee) for link in links], service, 1 if depth is None else depth
            )
            links = [link for link in links if link.caller in near and link.callee in near]
            nodes = [node for node in nodes if node.service in near]
        return ServiceMap(window.start, window.end, nodes, ordered(links, "calls"))

    def _links(
        self, window: Window
    ) -> tuple[builtins.list[DependencyLink], dict[LinkKey, Figures], LinkData]:
        now_ns = self._clock()
        moment = self._source.moment(now_ns)
        data = moment.open(window)
        figures = by_link(*data.totals())
        verdicts = self._judge.verdicts(moment, window, figures, now_ns)
        links = []
        for key, found in figures.items():
            verdict = verdicts[key]
            client, server, gap = (side.percentiles() for side in (found.client, found.server, found.gap))
            observed = client or server
            excess_ms = 0.0
            if observed and verdict.baseline_p95_ms is not None:
                excess_ms = max(0.0, observed.p95 - verdict.baseline_p95_ms)
            links.append(
                DependencyLink(
                    caller=key.caller,
                    callee=key.callee,
                    kind=key.kind,
                    calls=round(found.calls),
                    calls_per_second=found.calls / window.seconds,
                    errors=round(found.errors),
                    error_rate=found.error_rate,
                    client_ms=client,
                    server_ms=server,
                    gap_ms=gap,
                    baseline_p95_ms=verdict.baseline_p95_ms,
                    status=verdict.status,
                    reasons=verdict.reasons,
                    impact_ms=found.calls * excess_ms,
                    caller_kind=found.caller_kind,
                    callee_kind=found.callee_kind,
                    exemplars=found.slow,
                )
            )
        return links, figures, data
