"""Stretches of all links at once say what a walk through one link after the other says."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from query.links.blocks import blocks_of, latest_of
from query.links.figures import LinkKey
from query.links.settings import LinkSettings, Objective
from query.links.sketch import BUCKETS_PER_OCTAVE, bucket_of
from query.links.status import Replay, judge

RULES = LinkSettings(block_calls=5, stretch_calls=8)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["cart", "mail"]),
        st.integers(0, 6).map(lambda place: place * 10),
        st.dictionaries(st.integers(0, 900), st.integers(1, 4), max_size=4),
    ),
    max_size=12,
)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "Start": pl.UInt32,
    "Caller": pl.String,
    "Callee": pl.String,
    "Kind": pl.String,
    "Samples": pl.UInt64,
    "Calls": pl.Float64,
    "Errors": pl.Float64,
    "Buckets": pl.List(pl.UInt16),
    "Counts": pl.List(pl.Float64),
    "Seconds": pl.UInt32,
}
Row = tuple[str, int, dict[int, int]]


def frame(rows: list[Row]) -> pl.DataFrame:
    made = []
    for callee, start, histogram in rows:
        calls = sum(histogram.values())
        buckets = sorted(histogram)
        counts = [float(histogram[bucket]) for bucket in buckets]
        made.append((start, "web", callee, "http", calls, float(calls), 1.0, buckets, counts, 10))
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


def reference(
    rows: list[Row], callee: str, calls: int, *, latest: bool = False
) -> list[tuple[int, float, float]]:
    """Samples, p95 and its low end of the stretches of one link, oldest first, or of the latest one."""
    slots: dict[int, Counter[int]] = {}
    for _, start, histogram in (row for row in rows if row[0] == callee):
        slots.setdefault(start, Counter()).update(histogram)
    cut: dict[int, Counter[int]] = {}
    walked = 0
    for start in sorted(slots, reverse=latest):
        cut.setdefault(walked // calls, Counter()).update(slots[start])
        walked += slots[start].total()
    found = list(cut.values())[:1] if latest else list(cut.values())
    if len(found) > 1 and found[-1].total() < calls:
        found[-2:] = [found[-2] + found[-1]]
    answer = []
    for stretch in found:
        values = sorted(bucket for bucket, count in stretch.items() for _ in range(count))
        if not values:
            answer.append((0, math.nan, math.nan))
            continue
        low = max(0.0, 0.95 - RULES.confidence_z * math.sqrt(0.95 * 0.05) / math.sqrt(len(values)))
        p95, p95_low = (
            (2 ** ((values[math.floor(share * (len(values) - 1))] + 0.5) / BUCKETS_PER_OCTAVE) - 1) / 1e6
            for share in (0.95, low)
        )
        answer.append((len(values), p95, p95_low))
    return answer


@settings(deadline=None)
@given(ROWS)
def test_blocks_are_those_of_a_walk(rows: list[Row]) -> None:
    rows = [row for row in rows if row[2]]
    found = blocks_of(frame(rows), RULES)
    for callee in {row[0] for row in rows}:
        stretches = found[LinkKey("web", callee, "http")]
        expected = reference(rows, callee, RULES.block_calls)
        assert [one.samples for one in stretches] == [samples for samples, _, _ in expected]
        for one, (_, p95, p95_low) in zip(stretches, expected, strict=True):
            assert math.isclose(one.p95_ms, p95, rel_tol=1e-9)
            assert math.isclose(one.p95_low_ms, p95_low, rel_tol=1e-9)


@settings(deadline=None)
@given(ROWS, st.integers(1, 7))
def test_blocks_stay_as_they_are_while_calls_are_added(rows: list[Row], until: int) -> None:
    rows = [(callee, start, histogram) for callee, start, histogram in rows if histogram]
    now = blocks_of(frame(rows), RULES)
    for key, before in blocks_of(frame([row for row in rows if row[1] < until * 10]), RULES).items():
        assert now[key][: len(before) - 1] == before[:-1]


def test_a_slot_that_comes_in_several_rows_is_one() -> None:
    slots = (0, {100: 4}), (10, {100: 5}), (10, {200: 4}), (20, {200: 5})
    rows: list[Row] = [("cart", start, histogram) for start, histogram in slots]

    (found,) = blocks_of(frame(rows), RULES).values()

    assert [one.samples for one in found] == [13, 5]
    assert found == blocks_of(frame(list(reversed(rows))), RULES)[LinkKey("web", "cart", "http")]


@settings(deadline=None)
@given(ROWS)
def test_the_latest_stretch_is_the_last_of_all_where_it_is_long_enough(rows: list[Row]) -> None:
    rows = [row for row in rows if row[2]]
    found = latest_of(frame(rows), RULES)
    for callee in {row[0] for row in rows}:
        (samples, p95, _) = reference(rows, callee, RULES.stretch_calls, latest=True)[0]
        stretches = found.get(LinkKey("web", callee, "http"), [])
        assert [one.samples for one in stretches] == ([samples] if samples >= RULES.stretch_calls else [])
        assert all(math.isclose(one.p95_ms, p95, rel_tol=1e-9) for one in stretches)


def test_a_young_link_that_turned_slow_stays_slow_whenever_it_is_asked_for() -> None:
    random = Random(4)
    rules = LinkSettings()
    for _ in range(12):
        rate, phase, onset_s = random.choice([2, 5, 20]), random.uniform(0, 10), random.uniform(20, 30)
        calls: list[tuple[float, float]] = [(0.0, 40.0)]
        while calls[-1][0] < 90:
            at = calls[-1][0] + random.expovariate(rate)
            calls.append((at, 40 * math.exp(random.gauss(0, 0.2)) * (18 if at >= onset_s else 1)))
        said = []
        for asked in range(50, 90, 2):
            histograms: dict[int, Counter[int]] = {}
            for at, ms in calls:
                if at < asked:
                    slot = int((at + phase) // 10 * 10)
                    histograms.setdefault(slot, Counter()).update([bucket_of(round(ms * 1e6))])
            (blocks,) = blocks_of(frame([("cart", *slot) for slot in histograms.items()]), rules).values()
            walked = Replay(rules).after(blocks)
            said.append(judge(blocks[-1], walked, [], [], rules, Objective()).status)
        turned = said.index("slow") if "slow" in said else len(said)
        assert set(said[turned:]) <= {"slow"}, (rate, phase, onset_s, said)
        assert "slow" in said or rate == 2
