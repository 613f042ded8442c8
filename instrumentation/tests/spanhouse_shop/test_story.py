from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanhouse_shop.latency import HEALTHY, Work
from spanhouse_shop.story import BUYING_SHARE, FAILING_SHARE, Story

STORY = Story(seed=7, visits_per_second=10.0, slow_after_seconds=20.0, fail_after_seconds=60.0)
NUMBERS = range(1_500)
EXPECTED_VISITS = [(False, "tin", 2), (True, "tin", 2), (True, "tin", 2), (True, "teapot", 2)]
EXPECTED_BANK_SECONDS = 0.030158550145971953
HEALTHY_WORK: list[Work] = [work for work in HEALTHY if work != "bank"]

stories = st.builds(
    Story,
    seed=st.integers(),
    visits_per_second=st.floats(0.1, 100),
    slow_after_seconds=st.floats(0, 1_000),
    fail_after_seconds=st.floats(0, 1_000),
)


def _whole(story: Story) -> list[object]:
    return [
        (
            story.visit(number),
            story.reservation_fails(number),
            [story.work_seconds(work, number) for work in HEALTHY],
        )
        for number in range(50)
    ]


def test_equal_stories_agree_on_everything() -> None:
    assert _whole(STORY) == _whole(Story(7, 10.0, 20.0, 60.0))


def test_another_seed_tells_another_story() -> None:
    assert _whole(STORY) != _whole(Story(8, 10.0, 20.0, 60.0))


def test_a_seed_means_the_same_in_every_release() -> None:
    # Literal values: a change here breaks the promise that a seed repeats its story.
    visits = [STORY.visit(number) for number in range(4)]
    assert [(visit.buys, visit.sku, visit.quantity) for visit in visits] == EXPECTED_VISITS
    assert STORY.work_seconds("bank", 0) == pytest.approx(EXPECTED_BANK_SECONDS)


@given(story=stories, number=st.integers(-100, 10_000))
def test_visits_leave_in_order_each_in_its_own_slot(story: Story, number: int) -> None:
    visit, following = story.visit(number), story.visit(number + 1)
    slot_seconds = 1 / story.visits_per_second
    assert number * slot_seconds <= visit.offset_seconds < following.offset_seconds
    assert math.isclose(visit.offset_seconds, number * slot_seconds, abs_tol=slot_seconds)


@given(story=stories, number=st.integers(-100, -1))
def test_the_warm_up_lies_before_the_story(story: Story, number: int) -> None:
    assert story.visit(number).offset_seconds < 0
    assert not story.reservation_fails(number)


def test_most_visits_buy() -> None:
    share = sum(STORY.visit(number).buys for number in NUMBERS) / len(NUMBERS)
    assert share == pytest.approx(BUYING_SHARE, abs=0.03)


def test_the_bank_is_slow_from_its_moment_on_and_only_then() -> None:
    before = [n for n in NUMBERS if STORY.visit(n).offset_seconds < STORY.slow_after_seconds]
    after = NUMBERS[len(before) :]
    slowest_before = max(STORY.work_seconds("bank", number) for number in before)
    quickest_after = min(STORY.work_seconds("bank", number) for number in after)
    assert quickest_after > 3 * slowest_before


@pytest.mark.parametrize("work", HEALTHY_WORK)
def test_nothing_else_changes_with_the_moments(work: Work) -> None:
    never = Story(7, 10.0, math.inf, math.inf)
    assert [STORY.work_seconds(work, n) for n in NUMBERS] == [never.work_seconds(work, n) for n in NUMBERS]


def test_reservations_fail_at_their_share_from_their_moment_on() -> None:
    failing = [number for number in NUMBERS if STORY.reservation_fails(number)]
    after = [n for n in NUMBERS if STORY.visit(n).offset_seconds >= STORY.fail_after_seconds]
    assert failing
    assert min(failing) >= min(after)
    assert len(failing) / len(after) == pytest.approx(FAILING_SHARE, abs=0.04)


def test_infinity_means_never() -> None:
    never = Story(7, 10.0, math.inf, math.inf)
    assert not any(never.reservation_fails(number) for number in NUMBERS)
    assert max(never.work_seconds("bank", number) for number in NUMBERS) < 0.1


def test_the_turns_come_in_the_order_of_their_moments() -> None:
    turns = Story(7, 10.0, slow_after_seconds=9.0, fail_after_seconds=3.0).turns()
    assert [turn.offset_seconds for turn in turns] == [0.0, 3.0, 9.0]
    assert "inventory" in turns[1].line
    assert "bank" in turns[2].line
