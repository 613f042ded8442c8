"""What the pages ask the query side, as protocols.

`query.service.QueryService` answers them in a running server; `tests/ui/shop.py` does in tests. Pages know
only these names, never storage or SQL. Every answer is a dataclass of `query.model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from query.service import CauseQuestions as CauseQuestions
from query.service import LinkQuestions as LinkQuestions

if TYPE_CHECKING:
    from query.model.search import TraceFilter
    from query.model.service import OperationList, ServiceList, ServiceStep, SlaTable
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

    def sla(self, window: Window) -> SlaTable:
        """What each service with calls in the window delivered, by name."""
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
