"""Walks the critical paths of a sample of traces, of a whole window or of those through one link."""

from __future__ import annotations

from query.causes.calls import CallFinder
from query.causes.path_shares import path_shares
from query.links.figures import LinkKey
from query.model.cause import CriticalPaths, LinkPath, PathShare
from query.model.window import Window
from storage.calls import CallStore

NS_PER_MS = 1_000_000
# Traces whose critical paths are walked for one answer.
MOST_TRACES = 500


class PathReader:
    """Critical paths of many traces; safe to share between threads."""

    def __init__(self, finder: CallFinder, store: CallStore) -> None:
        self._finder = finder
        self._store = store

    def overall(self, window: Window, now_ns: int) -> CriticalPaths:
        """All links by their share, over traces with spans in the window."""
        trace_keys, in_window = self._store.traces(self._finder.stretches(window).slices, MOST_TRACES)
        shares, traces, total_ns = path_shares(*self._finder.hops(trace_keys, now_ns))
        links = [
            PathShare(
                caller=row["caller"],
                callee=row["callee"],
                kind=row["kind"],
                share=row["ns"] / total_ns,
                traces=row["traces"],
                ms_per_trace=row["ns"] / row["traces"] / NS_PER_MS,
            )
            for row in shares.iter_rows(named=True)
        ]
        links.sort(key=lambda one: (-one.share, one.caller, one.callee, one.kind))
        return CriticalPaths(
            start=window.start,
            end=window.end,
            traces=traces,
            traces_in_window=in_window,
            mean_duration_ms=total_ns / traces / NS_PER_MS if traces else 0.0,
            elsewhere_share=max(0.0, 1.0 - sum(link.share for link in links)) if traces else 0.0,
            links=links,
        )

    def of_link(self, key: LinkKey, window: Window, now_ns: int) -> LinkPath:
        """One link's share, over the same traces and over traces with a call over it."""
        overall = self.overall(window, now_ns)
        ranked = [LinkKey(one.caller, one.callee, one.kind) for one in overall.links]
        place = ranked.index(key) if key in ranked else None
        through = self._finder.sample(key, window, now_ns)
        shares, traces, total_ns = path_shares(through.spans, through.hops)
        own_ns = int(shares.filter(caller=key.caller, callee=key.callee, kind=key.kind)["ns"].sum())
        return LinkPath(
            caller=key.caller,
            callee=key.callee,
            start=window.start,
            end=window.end,
            overall_share=0.0 if place is None else overall.links[place].share,
            overall_traces=overall.traces,
            through_share=own_ns / total_ns if total_ns else 0.0,
            through_traces=traces,
            through_ms_per_trace=own_ns / traces / NS_PER_MS if traces else 0.0,
            rank=None if place is None else place + 1,
        )
