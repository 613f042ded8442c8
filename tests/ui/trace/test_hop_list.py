from __future__ import annotations

from dataclasses import replace

from tests.ui.trace.shop import shop_trace, wide_trace
from ui.trace.hop_list import hop_pairs, hop_rows, hop_times

TRACE = shop_trace()
ROWS = hop_rows(hop_pairs(TRACE.hops), TRACE.duration_ms)


def test_the_call_the_request_waited_for_most_comes_first() -> None:
    assert [(row.hop.caller, row.hop.callee) for row in ROWS[:2]] == [
        ("payment", "bank"),
        ("web", "checkout"),
    ]
    critical = [sum(hop.critical_ms for hop in TRACE.hops if hop.callee == row.hop.callee) for row in ROWS]
    assert critical == sorted(critical, reverse=True)


def test_times_are_words() -> None:
    assert ROWS[0].times == "985 ms = server 968 ms + gap 17.0 ms"
    assert ROWS[0].halves == "request 9.00 ms, response 8.00 ms"
    assert ROWS[0].critical == "985 ms"


def test_a_queue_and_an_unobserved_callee_read_differently() -> None:
    by_callee = {hop.callee: hop_times(hop) for hop in TRACE.hops}
    assert by_callee["email"] == "queued 5.50 ms, then 17.0 ms in email"
    assert by_callee["stock-db"] == "8.20 ms, callee not observed"


def test_repeated_calls_are_one_row_that_counts_them() -> None:
    row = next(row for row in ROWS if row.hop.callee == "stock-db")
    assert (row.calls, row.others) == (4, "the worst of 4 calls, 32.8 ms in all")
    wide = wide_trace(100)
    (only,) = hop_rows(hop_pairs(wide.hops), wide.duration_ms)
    assert (only.calls, only.errors) == (100, 1)


def test_shares_stay_within_the_bar() -> None:
    for row in ROWS:
        assert 0 <= row.share <= 100
        assert 0 <= row.gap_share <= 100


def test_a_callee_that_goes_on_after_answering_is_no_sum() -> None:
    hop = replace(ROWS[0].hop, client_ms=953.0, server_ms=961.0, gap_ms=0.0)
    assert hop_times(hop) == "953 ms, server 961 ms: it went on after answering"


def test_where_requests_enter_is_no_service() -> None:
    entry = replace(ROWS[0].hop, caller="user", client_span_id=None, client_ms=None)
    [row] = hop_rows(hop_pairs([entry]), TRACE.duration_ms)
    assert (row.caller_kind, row.hue) == ("user", "")
    assert ROWS[0].caller_kind == "service"
