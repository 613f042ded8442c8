"""Answers why a link is red: heatmap, selection, callers, processes, critical path.

Owns how samples and figures become the API's shapes; figures come from `query.links`, calls from
`query.causes.calls`. Every answer about single calls says at how many of how many it looked.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import polars as pl

from query.causes.attributes import attributes_of_calls
from query.causes.callers import ranked_callers
from query.causes.calls import CallFinder
from query.causes.differences import differences_of
from query.causes.examined import ExaminedLink
from query.causes.heatmap import heatmap_of
from query.causes.path_reader import PathReader
from query.causes.processes import processes_of
from query.causes.selection import Selection, asked, bounds_of
from query.links.aggregate import figures_of
from query.links.figures import LinkKey, by_column
from query.links.profile import slot_seconds
from query.links.recent import Recent
from query.links.source import LinkData, LinkSource
from query.model.cause import (
    CalleeProcesses,
    CallerRanking,
    CallSort,
    CriticalPaths,
    LinkHeatmap,
    LinkPath,
    LinkSelection,
    Looked,
    SelectedCall,
)
from query.model.window import Window, rfc3339
from storage.calls import CallStore
from storage.slots import NO_STEPS

NS_PER_MS = 1_000_000
OPERATIONS_COMPARED = 100


class CauseReader:
    """Reads what explains a link; safe to share between threads.

    Args:
        source: Where figures of links come from.
        store: Where single calls are read.
        clock: Current Unix time in nanoseconds; tests pass their own.
    """

    def __init__(self, source: LinkSource, store: CallStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._source = source
        self._store = store
        self._finder = CallFinder(source.hop_spans, store, source.settings.late_seconds)
        self._paths = PathReader(self._finder, store)
        self._links: Recent[ExaminedLink | None] = Recent()
        self._clock = clock

    def heatmap(self, caller: str, callee: str, window: Window) -> LinkHeatmap | None:
        """When calls were how slow; None when there were none."""
        link = self._examined(caller, callee, window)
        return heatmap_of(link.key, link.columns, window, link.step) if link else None

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
        """The calls of a selection and what tells them from the rest; None when the link had no calls.

        Args:
            caller: From whom.
            callee: To whom.
            window: The window that the selection lies in, whose other calls it is compared with.
            selection: Which calls.
            sort: Order of the calls that are listed.
            limit: At most so many are listed.

        Raises:
            SearchError: The selection lies outside the window.
            storage.errors.QueryTooHeavy: The limits of time or memory were passed.
        """
        link = self._examined(caller, callee, window)
        if link is None:
            return None
        bounds = bounds_of(selection, window, link.p95_ns)
        now_ns = self._clock()
        found = self._finder.calls(
            link.key, window, bounds, now_ns, listed=limit + 1, newest=sort == "newest"
        )
        notes = []
        kept_only = found.searched_share == 0.0
        if kept_only:
            found = link.exemplars(bounds)
            notes.append(
                "single calls of this window are no longer joined: looked at were the slow and failing "
                "requests kept with its figures, which are compared among themselves"
            )
        elif found.searched_share < 1.0:
            notes.append(f"searched were {found.searched_share:.0%} of the window's spans, spread over it")
        sampled = found.frame.filter("sampled")
        entries, sides = attributes_of_calls(self._store, sampled)
        selected = sampled.with_row_index("call").select("call", "selected")
        differences = differences_of(entries, sides.join(selected, on="call"))
        looked = int(sampled["selected"].sum())
        worst = found.frame.filter("selected").sort(
            "start_ns" if sort == "newest" else "observed_ns", "span_id", descending=[True, False]
        )
        return LinkSelection(
            caller=caller,
            callee=callee,
            kind=link.key.kind,
            start=window.start,
            end=window.end,
            selection=asked(selection, bounds),
            taken_from="exemplars" if kept_only else "calls",
            searched_share=found.searched_share,
            selected=Looked(found.selected, looked),
            rest=Looked(found.rest, sampled.height - looked),
            calls=_listed(worst.head(limit)),
            more=found.selected > limit,
            differences=differences.values,
            identifiers=differences.identifiers,
            notes=notes,
        )

    def callers(
        self, caller: str, callee: str, window: Window, *, operation: str | None = None
    ) -> CallerRanking | None:
        """Everyone who calls what this link calls, ranked; None when the link had no calls.

        Args:
            caller: From whom.
            callee: To whom.
            window: When calls started.
            operation: Only this operation of the callee; None for all that the link calls.
        """
        data = self._source.moment(self._clock()).open(window)
        frames = _by_operation(data, callee)
        own = by_column("Operation", *(frame.filter(Caller=caller, Callee=callee) for frame in frames))
        if not own:
            return None
        busiest = sorted(own, key=lambda name: (-own[name].calls, name))[:OPERATIONS_COMPARED]
        operations = busiest if operation is None else [operation]
        return CallerRanking(
            caller=caller,
            callee=callee,
            start=window.start,
            end=window.end,
            operations=operations,
            callers=ranked_callers(frames, callee, operations, window.seconds),
        )

    def processes(self, caller: str, callee: str, window: Window) -> CalleeProcesses | None:
        """Calls by instance, version, pod and host of the callee, from a sample; None without calls."""
        link = self._examined(caller, callee, window)
        if link is None:
            return None
        found = self._finder.sample(link.key, window, self._clock())
        entries, _ = attributes_of_calls(self._store, found.frame)
        return CalleeProcesses(
            caller=caller,
            callee=callee,
            start=window.start,
            end=window.end,
            searched_share=found.searched_share,
            looked=Looked(found.selected + found.rest, found.frame.height),
            attributes=processes_of(entries, found.frame),
        )

    def critical_paths(self, window: Window) -> CriticalPaths:
        """All links by their part of the critical paths of a sample of the window's traces."""
        return self._paths.overall(window, self._clock())

    def link_path(self, caller: str, callee: str, window: Window) -> LinkPath | None:
        """A link's part of the critical paths, of all traces and of those through it; None without calls."""
        link = self._examined(caller, callee, window)
        return self._paths.of_link(link.key, window, self._clock()) if link else None

    def _examined(self, caller: str, callee: str, window: Window) -> ExaminedLink | None:
        """The link of the kind with the most calls, as on its page."""
        return self._links.get((caller, callee, window), lambda: self._found_link(caller, callee, window))

    def _found_link(self, caller: str, callee: str, window: Window) -> ExaminedLink | None:
        now_ns = self._clock()
        step = slot_seconds(window, now_ns)
        rows = (
            self._source.moment(now_ns).open(window, longest=step).slots(step, caller=caller, callee=callee)
        )
        if rows.is_empty():
            return None
        kinds = rows.group_by("Kind").agg(pl.col("Calls").sum()).sort("Calls", "Kind", descending=True)
        kind = kinds["Kind"][0]
        columns = by_column("Start", rows.filter(Kind=kind))
        return ExaminedLink(LinkKey(caller, callee, kind), columns, step)


def _by_operation(data: LinkData, callee: str) -> list[pl.DataFrame]:
    """Figures by operation of all links to a callee."""
    joined = figures_of(data.hops, NO_STEPS, by_operation=True).filter(Callee=callee)
    if not data.rolled:
        return [joined]
    return [joined, data.store.figures(data.rolled, by_operation=True, callee=callee)]


def _listed(calls: pl.DataFrame) -> list[SelectedCall]:
    return [
        SelectedCall(
            trace_id=row["trace_id"],
            span_id=row["span_id"],
            start=rfc3339(max(row["start_ns"], 0)),
            duration_ms=row["observed_ns"] / NS_PER_MS,
            error=row["error"],
        )
        for row in calls.iter_rows(named=True)
    ]
