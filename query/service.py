"""The facade of the query side: five readers, one for each kind of question.

Built once in `spanhouse.server`; the JSON API and the pages ask only through it. Holds no logic of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from query.causes.selection import Selection
    from query.model.cause import (
        CalleeProcesses,
        CallerRanking,
        CallSort,
        CriticalPaths,
        LinkHeatmap,
        LinkPath,
        LinkSelection,
    )
    from query.model.link import LinkDetail, LinkList, ServiceMap
    from query.model.window import Window
    from query.search.reader import SearchReader
    from query.services.reader import ServiceReader
    from query.traces.reader import TraceReader


class LinkQuestions(Protocol):
    """What `query.links` answers."""

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
        """The links of a window, worst first by `sort`; ties keep one order."""
        ...

    def detail(self, caller: str, callee: str, window: Window) -> LinkDetail | None:
        """Everything about one link; None when it had no calls in the window."""
        ...

    def service_map(
        self, window: Window, *, service: str | None = None, depth: int | None = None
    ) -> ServiceMap:
        """All nodes and links, or those within `depth` steps of `service`."""
        ...


class CauseQuestions(Protocol):
    """What `query.causes` answers: why a link is red; None when it had no calls."""

    def heatmap(self, caller: str, callee: str, window: Window) -> LinkHeatmap | None:
        """When calls were how slow."""
        ...

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
        """The calls of a selection and what tells them from the rest."""
        ...

    def callers(
        self, caller: str, callee: str, window: Window, *, operation: str | None = None
    ) -> CallerRanking | None:
        """Everyone who calls what this link calls."""
        ...

    def processes(self, caller: str, callee: str, window: Window) -> CalleeProcesses | None:
        """Calls by instance, version, pod and host of the callee."""
        ...

    def link_path(self, caller: str, callee: str, window: Window) -> LinkPath | None:
        """The link's share of critical paths."""
        ...

    def critical_paths(self, window: Window) -> CriticalPaths:
        """All links by their share of critical paths."""
        ...


@dataclass(frozen=True, slots=True)
class QueryService:
    """Every question the API and the pages may ask. Safe to share between threads."""

    links: LinkQuestions
    causes: CauseQuestions
    services: ServiceReader
    traces: TraceReader
    search: SearchReader
