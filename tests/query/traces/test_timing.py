from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query.traces.columns import SpanColumns
from query.traces.said import Said
from query.traces.timing import FEW, timing, timing_by_columns, timing_by_loops
from tests.query.traces.shapes import Shape, shapes
from tests.query.traces.sketched import span_columns

KINDS = ["server", "client", "internal", "producer", "consumer"]


def columns(shape: Shape, kinds: list[str], hosts: list[str]) -> SpanColumns:
    return span_columns(
        span_ids=shape.ids,
        parent_ids=shape.parents,
        services=[f"service-{host}" for host in hosts],
        names=shape.ids,
        kinds=kinds,
        start_ns=shape.start_ns,
        end_ns=shape.end_ns,
        said=[Said("", None, proxied=False)] * len(shape.ids),
        resources=[{"host.name": host} for host in hosts],
    )


@given(shapes(), st.data())
@settings(max_examples=150)
def test_columns_say_what_the_loops_say(shape: Shape, data: st.DataObject) -> None:
    size = len(shape.ids)
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=size, max_size=size))
    hosts = data.draw(st.lists(st.sampled_from("abc"), min_size=size, max_size=size))
    assert timing_by_columns(columns(shape, kinds, hosts)) == timing_by_loops(columns(shape, kinds, hosts))


def large(random: Random, size: int) -> Shape:
    """A tree with siblings of the same start, spans that outlive their parent, and orphans."""
    ids = [f"{number:016x}" for number in range(size)]
    parents = ["", *(ids[max(0, number - random.randrange(1, 40))] for number in range(1, size))]
    parents = [parent if random.random() < 0.99 else "gone" for parent in parents]
    start_ns = [random.randrange(10 * size) for _ in ids]
    return Shape(ids, parents, start_ns, [start + random.randrange(5 * size) for start in start_ns])


@pytest.mark.parametrize("seed", range(3))
def test_a_large_trace_has_the_same_timing_either_way(seed: int) -> None:
    random = Random(seed)
    shape = large(random, 3_000)
    kinds, hosts = random.choices(KINDS, k=3_000), random.choices("abcdef", k=3_000)
    found = timing_by_columns(columns(shape, kinds, hosts))
    assert found == timing_by_loops(columns(shape, kinds, hosts))
    assert any(found.shifts_ns) and found.forest.missing


def test_times_beyond_any_measure_are_left_to_the_loops() -> None:
    ids = [f"{number:016x}" for number in range(FEW)]
    shape = Shape(ids, ["", *ids[:-1]], [0] * len(ids), [(1 << 64) - 1] * len(ids))
    spans = columns(shape, ["internal"] * len(ids), ["a"] * len(ids))
    assert timing(spans).last_ns == (1 << 64) - 1
