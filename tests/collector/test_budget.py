from __future__ import annotations

import pytest

from collector.budget import ByteBudget, Reservation


def test_says_no_past_the_bound_and_yes_again_after_a_release() -> None:
    budget = ByteBudget(100)
    assert budget.try_reserve(60)
    assert not budget.try_reserve(41)
    assert budget.try_reserve(40)
    assert budget.exhausted
    budget.release(60)
    assert budget.try_reserve(41)


def test_something_larger_than_the_bound_passes_alone() -> None:
    budget = ByteBudget(100)
    assert budget.try_reserve(500)
    assert not budget.try_reserve(1)
    budget.release(500)
    assert budget.try_reserve(1)
    assert not budget.try_reserve(500)


def test_a_reservation_gives_back_all_it_took_whatever_happens() -> None:
    budget = ByteBudget(100)
    with pytest.raises(RuntimeError), Reservation(budget) as held:
        assert held.grow(30)
        assert held.grow(30)
        assert not held.grow(60)
        assert budget.held_bytes == 60
        raise RuntimeError
    assert budget.held_bytes == 0
    held.release()
    assert budget.held_bytes == 0
