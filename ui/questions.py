"""What the pages ask the query side, as protocols.

`query.service.QueryService` answers them in a running server; `tests/ui/shop.py` does in tests. Pages know
only these names, never storage or SQL. Every answer is a dataclass of `query.model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from query.service import LinkQuestions as LinkQuestions

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
    from query.model.search import TraceFilter
    from query.model.service import OperationList, ServiceList, ServiceStep
    from query.model.trace import Trace, TracePage
    from query.model.window import Window

    ServiceSteps = list[ServiceStep]


class ServiceQuestions(Protocol):
    """Questions about single services."""

    def list(self, window: Window) -> ServiceList:
        """Every service seen in the window."""
        ...

    def operations(self, service: str, window: Window) -> OperationList:
        """The operations of one service, busiest first."""
        ...

    def timeseries(self, service: str, window: Window) -> ServiceSteps:
        """One service's calls, errors and percentiles per step."""
        ...


class TraceQuestions(Protocol):
    """Questions about single traces."""

    def get(self, trace_id: str) -> Trace | None:
        """The rebuilt trace; None when no span of it is stored."""
        ...


class SearchQuestions(Protocol):
    """Questions that find traces."""

    def find(
        self, window: Window, filter: TraceFilter, *, sort: str, limit: int, cursor: str | None
    ) -> TracePage:
        """One page of traces, ordered over the whole window by `sort` (`newest` or `slowest`)."""
        ...

    def has_any_trace(self) -> bool:
        """Whether a span was ever stored: decides between the first-run page and "no calls"."""
        ...


class CauseQuestions(Protocol):
    """Questions about why a link is red; None when it had no calls."""

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


class Questions(Protocol):
    """All of them; the attributes of `query.service.QueryService`."""

    @property
    def links(self) -> LinkQuestions:
        """Links and the map."""
        ...

    @property
    def causes(self) -> CauseQuestions:
        """Why links are red."""
        ...

    @property
    def services(self) -> ServiceQuestions:
        """Services and operations."""
        ...

    @property
    def traces(self) -> TraceQuestions:
        """Traces by id."""
        ...

    @property
    def search(self) -> SearchQuestions:
        """Trace search."""
        ...
