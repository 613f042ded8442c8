from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.traces.critical_path import critical_times
from tests.query.traces.shapes import Shape, orders, shapes


def critical(shape: Shape) -> dict[str, int]:
    return shape.by_id(critical_times(shape.forest, shape.start_ns, shape.end_ns))


def duration(shape: Shape) -> int:
    return max(shape.end_ns) - min(shape.start_ns)


# The example of CRISP's section 3: of parallel children the last to finish counts, then what ended before it.
def test_the_last_finishing_child_is_followed_backwards() -> None:
    shape = Shape(
        ["root", "early", "parallel", "last"],
        ["", "root", "root", "root"],
        [0, 10, 30, 35],
        [100, 30, 60, 90],
    )
    assert critical(shape) == {"root": 10 + 5 + 10, "early": 20, "parallel": 0, "last": 55}


def test_a_child_that_overlaps_the_one_waited_for_is_not_on_the_path() -> None:
    shape = Shape(["root", "a", "b"], ["", "root", "root"], [0, 0, 40], [100, 60, 100])
    assert critical(shape) == {"root": 40, "a": 0, "b": 60}


def test_work_that_runs_on_after_its_parent_is_followed_to_its_start() -> None:
    shape = Shape(["root", "send", "process"], ["", "root", "send"], [0, 10, 50], [100, 11, 150])
    assert critical(shape) == {"root": 49, "send": 1, "process": 100}


def test_a_gap_between_roots_belongs_to_the_root_that_came_next() -> None:
    shape = Shape(["first", "second"], ["gone", "gone"], [0, 60], [40, 100])
    assert critical(shape) == {"first": 40, "second": 60}


def test_a_child_that_began_before_its_parent_keeps_that_time() -> None:
    shape = Shape(["root", "child"], ["", "root"], [20, 5], [100, 60])
    assert critical(shape) == {"root": 40, "child": 15 + 40}


def test_a_trace_without_duration_has_no_critical_time() -> None:
    assert critical(Shape(["a", "b"], ["", "a"], [7, 7], [7, 7])) == {"a": 0, "b": 0}


@given(shapes())
def test_times_add_up_to_the_duration_to_the_nanosecond(shape: Shape) -> None:
    times = critical(shape)
    assert sum(times.values()) == duration(shape)
    assert min(times.values()) >= 0


@given(shapes(), st.data())
def test_the_order_of_arrival_changes_nothing(shape: Shape, data: st.DataObject) -> None:
    assert critical(shape.shuffled(data.draw(orders(len(shape.ids))))) == critical(shape)


@given(shapes(), st.integers(-1000, 1000))
def test_only_distances_matter(shape: Shape, moved: int) -> None:
    later = Shape(
        shape.ids,
        shape.parents,
        [start + moved for start in shape.start_ns],
        [end + moved for end in shape.end_ns],
    )
    assert critical(later) == critical(shape)


@pytest.mark.parametrize("step", [1, -1])
def test_staggered_levels_cost_no_more_than_flat_ones(step: int) -> None:
    # Every level overflows its parent on one side: a walk that visits a span twice would take hours.
    size = 20_000
    ids = [f"{level:016x}" for level in range(size)]
    start_ns = [size + level * step for level in range(size)]
    shape = Shape(ids, ["", *ids[:-1]], start_ns, [start + 3 * size for start in start_ns])
    assert sum(critical(shape).values()) == duration(shape)
