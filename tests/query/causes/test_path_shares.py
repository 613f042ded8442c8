from __future__ import annotations

from random import Random

import pytest

from query.causes.path_shares import path_shares
from query.links.frames import NO_SPANS, find_hops
from query.links.span import LinkSpan
from tests.query.links.forests import Forest
from tests.query.links.rows import frame_of

MS = 1_000_000


def span(
    span_id: str, parent: str, service: str, kind: str, start_ms: int, end_ms: int, trace: str = "a"
) -> LinkSpan:
    return LinkSpan(
        trace * 32,
        span_id * 16,
        parent * 16,
        service,
        "x",
        kind,  # type: ignore[arg-type]  # a kind of span
        start_ms * MS,
        (end_ms - start_ms) * MS,
    )


def shares_of(spans: list[LinkSpan]) -> tuple[dict[tuple[str, str], float], int, float]:
    frame = frame_of(spans)
    shares, traces, total_ns = path_shares(frame, find_hops(frame))
    return (
        {(row["caller"], row["callee"]): row["ns"] / MS for row in shares.iter_rows(named=True)},
        traces,
        total_ns,
    )


def test_time_belongs_to_the_nearest_call_above_it() -> None:
    shop = [
        span("1", "", "shop", "server", 0, 100),
        span("2", "1", "shop", "internal", 5, 20),
        span("3", "1", "shop", "client", 20, 90),
        span("4", "3", "bank", "server", 25, 85),
        span("5", "4", "bank", "internal", 30, 80),
        span("6", "5", "bank", "internal", 40, 60),
    ]
    found, traces, total_ns = shares_of(shop)
    assert found == {("user", "shop"): 30.0, ("shop", "bank"): 70.0}
    assert (traces, total_ns) == (1, 100 * MS)


def test_calls_that_nobody_waited_for_have_no_share() -> None:
    parallel = [
        span("1", "", "shop", "server", 0, 100),
        span("2", "1", "shop", "client", 10, 90),
        span("3", "2", "slow", "server", 10, 90),
        span("4", "1", "shop", "client", 20, 40),
        span("5", "4", "quick", "server", 20, 40),
    ]
    found, _, _ = shares_of(parallel)
    assert found == {("user", "shop"): 20.0, ("shop", "slow"): 80.0}


def test_a_callee_whose_clock_is_ahead_is_put_back() -> None:
    ahead = [
        span("1", "", "shop", "client", 0, 100),
        span("2", "1", "bank", "server", 5_000, 5_090),
    ]
    found, _, total_ns = shares_of(ahead)
    assert (found, total_ns) == ({("shop", "bank"): 100.0}, 100 * MS)


@pytest.mark.parametrize("seed", range(5))
def test_no_moment_is_given_away_twice(seed: int) -> None:
    spans = Forest(Random(seed)).grow(traces=30, most_spans=25)
    found, traces, total_ns = shares_of(spans)
    assert traces == len({one.trace_id for one in spans})
    assert 0 < sum(found.values()) * MS <= total_ns


def test_no_traces_have_no_shares() -> None:
    shares, traces, total_ns = path_shares(NO_SPANS, find_hops(NO_SPANS))
    assert (shares.height, traces, total_ns) == (0, 0, 0.0)
