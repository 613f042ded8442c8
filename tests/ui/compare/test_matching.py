from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.trace.shop import Sketch, build_trace, deep_trace, large_trace, shop_sketches, shop_trace
from ui.compare.matching import changed_only, compare_traces

sketches = st.lists(
    st.tuples(st.integers(-1, 12), st.sampled_from("ab"), st.sampled_from("xyz"), st.floats(0.1, 50)),
    min_size=1,
    max_size=14,
).map(
    lambda rows: [
        Sketch(f"s{index}", f"s{min(parent, index - 1)}" if min(parent, index - 1) >= 0 else "",
               service, name, "internal", float(index), length)
        for index, (parent, service, name, length) in enumerate(rows)
    ]
)  # fmt: skip


@given(sketches, sketches)
def test_every_span_of_both_traces_is_in_exactly_one_row(one: list[Sketch], other: list[Sketch]) -> None:
    a, b = build_trace(one), build_trace(other)
    rows = compare_traces(a, b)
    assert sum(row.a.count for row in rows if row.a) == len(a.spans)
    assert sum(row.b.count for row in rows if row.b) == len(b.spans)
    assert all(row.a or row.b for row in rows)


@given(sketches, sketches)
def test_swapping_the_traces_swaps_the_rows(one: list[Sketch], other: list[Sketch]) -> None:
    a, b = build_trace(one), build_trace(other)
    there = sorted((row.depth, row.step, -row.difference_ms) for row in compare_traces(a, b))
    back = sorted((row.depth, row.step, row.difference_ms) for row in compare_traces(b, a))
    assert [row[:2] for row in there] == [row[:2] for row in back]
    assert all(abs(x[2] - y[2]) < 1e-6 for x, y in zip(there, back, strict=True))


@given(sketches)
def test_a_trace_does_not_differ_from_itself(one: list[Sketch]) -> None:
    trace = build_trace(one)
    rows = compare_traces(trace, trace)
    assert not any(row.differs for row in rows)
    assert changed_only(rows) == []


@given(sketches, sketches)
def test_rows_above_a_difference_stay_with_it(one: list[Sketch], other: list[Sketch]) -> None:
    rows = compare_traces(build_trace(one), build_trace(other))
    kept = changed_only(rows)
    assert [row for row in rows if row.differs] == [row for row in kept if row.differs]
    depth = -1
    for row in kept:
        assert row.depth <= depth + 1
        depth = row.depth


def test_changes_have_words() -> None:
    changed = [
        replace(one, duration=one.duration * 0.3) if one.id == "bnk" else one
        for one in shop_sketches()
        if one.id != "p0"
    ]
    changed.append(Sketch("new", "pay", "payment", "cache", "client", 140, 2))
    rows = {row.step[:2]: row for row in compare_traces(shop_trace(), build_trace(changed))}
    assert rows["bank", "POST /authorize"].change == "faster"
    assert rows["payment", "fraud check"].change == "only in A"
    assert rows["payment", "cache"].change == "only in B"
    assert rows["stock", "SELECT stock"].change == "same"
    assert [step for step, row in rows.items() if row.a and row.b and row.differs] == [
        ("bank", "POST /authorize")
    ]


def test_small_differences_are_the_same() -> None:
    slower = [replace(one, duration=one.duration * 1.05) for one in shop_sketches()]
    rows = compare_traces(shop_trace(), build_trace(slower))
    assert {row.change for row in rows} == {"same"}


def test_deep_and_large_traces_are_compared_without_recursion() -> None:
    assert len(compare_traces(deep_trace(2_000), deep_trace(1_900))) == 2_000
    assert len(compare_traces(large_trace(3_000), large_trace(2_000))) > 100
