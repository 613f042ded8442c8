"""The facade of the query side: five readers, one for each kind of question.

Built once in `spanhouse.server`; the JSON API and the pages ask only through it. Holds no logic of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from query.causes.reader import CauseReader
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


@dataclass(frozen=True, slots=True)
class QueryService:
    """Every question the API and the pages may ask. Safe to share between threads."""

    links: LinkQuestions
    causes: CauseReader
    services: ServiceReader
    traces: TraceReader
    search: SearchReader
