from __future__ import annotations

from dataclasses import replace

from query.model.window import NS_PER_S
from tests.ui.trace.shelf import shelf_of
from tests.ui.trace.shop import SHOP_TRACE_ID, large_trace, shop_trace
from ui.trace import recent
from ui.trace.recent import RecentViews


def test_a_page_reads_anew_and_what_follows_does_not() -> None:
    shelf = shelf_of([shop_trace()])
    traces = RecentViews(shelf, lambda: 0)
    traces.read(SHOP_TRACE_ID, raw=False)
    traces.recall(SHOP_TRACE_ID, raw=False)
    assert shelf.reads == 1
    traces.read(SHOP_TRACE_ID, raw=False)
    assert shelf.reads == 2


def test_what_is_kept_grows_old() -> None:
    now = [0]
    shelf = shelf_of([shop_trace()])
    traces = RecentViews(shelf, lambda: now[0])
    traces.read(SHOP_TRACE_ID, raw=False)
    now[0] = 301 * NS_PER_S
    traces.recall(SHOP_TRACE_ID, raw=False)
    assert shelf.reads == 2


def test_an_unknown_trace_is_asked_for_each_time() -> None:
    shelf = shelf_of([])
    traces = RecentViews(shelf, lambda: 0)
    assert traces.recall("0", raw=False) is None
    assert traces.recall("0", raw=False) is None
    assert shelf.reads == 2


def test_the_oldest_leave_when_there_are_too_many_spans() -> None:
    large = large_trace(100)
    several = [replace(large, trace_id=str(n), spans=[*large.spans] * 600) for n in range(4)]
    shelf = shelf_of(several)
    traces = RecentViews(shelf, lambda: 0)
    assert 2 * len(several[0].spans) <= recent.MAX_SPANS < 3 * len(several[0].spans)
    for trace in several:
        traces.read(trace.trace_id, raw=False)
    traces.recall("3", raw=False)
    assert shelf.reads == 4
    traces.recall("0", raw=False)
    assert shelf.reads == 5
