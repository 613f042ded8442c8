from __future__ import annotations

import polars as pl
import pytest

from query.links.remembered import RememberedFrames
from storage.slots import Slots

FRAME = pl.DataFrame({"Calls": list(range(1_000))})
MIXED = Slots(slices=(7_190,), minutes=(7_200, 7_260), hours=(3_600,))


def unread() -> pl.DataFrame:
    raise AssertionError("it was known")


def test_what_was_read_is_not_read_again() -> None:
    frames = RememberedFrames()

    assert frames.get("figures", MIXED, lambda: FRAME) is FRAME
    assert frames.get("figures", MIXED, unread) is FRAME
    assert frames.peek("other figures", MIXED) is None


@pytest.mark.parametrize(("changed", "kept"), [(7_190, False), (7_250, False), (3_600, False), (7_320, True)])
def test_a_changed_slice_takes_with_it_what_was_made_of_it(changed: int, kept: bool) -> None:
    frames = RememberedFrames()
    frames.put("figures", MIXED, FRAME)

    frames.forget({changed})

    assert (frames.peek("figures", MIXED) is not None) == kept


def test_what_changes_while_it_is_read_is_not_remembered() -> None:
    frames = RememberedFrames()

    def read() -> pl.DataFrame:
        frames.forget({7_190})
        return FRAME

    assert frames.get("figures", MIXED, read) is FRAME
    assert frames.peek("figures", MIXED) is None


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    frames = RememberedFrames(most_bytes=int(FRAME.estimated_size() * 2.5))
    slots = [Slots(minutes=(start,)) for start in (0, 60, 120)]
    for one in slots[:2]:
        frames.put("figures", one, FRAME)
    frames.peek("figures", slots[0])

    frames.put("figures", slots[2], FRAME)

    assert [frames.peek("figures", one) is not None for one in slots] == [True, False, True]
