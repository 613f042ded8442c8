"""A query side over traces held in memory: what the trace, search and comparison pages are tested with."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import uvicorn
from fastapi import FastAPI

from query.api.attributes import attributes_router
from query.model.trace import Trace, TracePage, TraceSummary
from query.model.window import Window, parse_time
from tests.ui.shop import Shop
from tests.ui.trace.shop import ORIGIN_NS, shop_trace, summary
from ui.app import add_pages

if TYPE_CHECKING:
    from query.model.search import TraceFilter
    from query.service import QueryService
    from ui.questions import CauseQuestions, LinkQuestions, ServiceQuestions

NOW_NS = ORIGIN_NS + 130_000_000_000


@dataclass
class Shelf:
    """Answers `ui.questions.Questions` from given traces; `reads` counts how often one was fetched."""

    held: dict[str, Trace] = field(default_factory=dict)
    listed: list[TraceSummary] = field(default_factory=list)
    reads: int = 0

    @property
    def links(self) -> LinkQuestions:
        return Shop().links

    @property
    def causes(self) -> CauseQuestions:
        return Shop().causes

    @property
    def services(self) -> ServiceQuestions:
        return Shop().services

    @property
    def traces(self) -> Shelf:
        return self

    @property
    def search(self) -> Shelf:
        return self

    def get(self, trace_id: str) -> Trace | None:
        self.reads += 1
        return self.held.get(trace_id)

    def find(
        self, window: Window, filter: TraceFilter, *, sort: str, limit: int, cursor: str | None
    ) -> TracePage:
        found = [
            one
            for one in self.listed
            if window.start_ns <= parse_time(one.start, NOW_NS) < window.end_ns and self._fits(one, filter)
        ]
        if sort == "slowest":
            found.sort(key=lambda one: -one.duration_ms)
        else:
            found.sort(key=lambda one: one.start, reverse=True)
        at = int(cursor or 0)
        return TracePage(found[at : at + limit], str(at + limit) if at + limit < len(found) else None)

    def _fits(self, one: TraceSummary, wanted: TraceFilter) -> bool:
        return (
            (wanted.service is None or any(count.service == wanted.service for count in one.services))
            and (wanted.operation is None or one.root_operation == wanted.operation)
            and (wanted.min_duration_ms is None or one.duration_ms >= wanted.min_duration_ms)
            and (wanted.max_duration_ms is None or one.duration_ms <= wanted.max_duration_ms)
            and (wanted.status != "error" or one.error_count > 0)
            and not wanted.attributes
        )

    def attribute_keys(
        self, window: Window, *, service: str = "", prefix: str = "", limit: int = 50
    ) -> list[str]:
        return [key for key in ("http.request.method", "http.route") if key.startswith(prefix)][:limit]

    def attribute_values(
        self, window: Window, key: str, *, service: str = "", prefix: str = "", limit: int = 50
    ) -> list[str]:
        return [value for value in ("GET", "POST") if value.startswith(prefix)][:limit]

    def has_any_trace(self) -> bool:
        return bool(self.listed)


def shelf_of(traces: Iterable[Trace]) -> Shelf:
    """A shelf with these traces, findable by their summaries."""
    held = {trace.trace_id: trace for trace in traces}
    return Shelf(held, [summary(trace) for trace in held.values()])


def shop_shelf() -> Shelf:
    return shelf_of([shop_trace()])


def shelf_app(shelf: Shelf) -> FastAPI:
    """The pages over a shelf, at a fixed time, and the API's completion of attributes."""
    app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})
    app.include_router(attributes_router(cast("QueryService", shelf), lambda: NOW_NS))
    add_pages(app, shelf, lambda: NOW_NS)
    return app


@contextlib.contextmanager
def serving(shelf: Shelf, port: int = 0) -> Iterator[str]:
    """A real server on a free local port; yields its base URL."""
    server = uvicorn.Server(uvicorn.Config(shelf_app(shelf), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
