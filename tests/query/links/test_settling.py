from __future__ import annotations

from query.links.settling import LONGEST_UNPACKING_SECONDS, VISIBLE_AFTER_SECONDS, all_read_before
from storage.links import Clock

NOW = 1_790_000_000


def clock(unpacking_since: int) -> Clock:
    return Clock(NOW * 10**9 + 5, 0, unpacking_since)


def test_an_insert_has_some_seconds_to_become_visible() -> None:
    assert all_read_before(clock(NOW)) == NOW - VISIBLE_AFTER_SECONDS
    assert all_read_before(clock(NOW), waited_seconds=0) == NOW


def test_what_is_in_the_log_is_waited_for_but_not_for_ever() -> None:
    assert all_read_before(clock(NOW - 60)) == NOW - 60
    assert all_read_before(clock(NOW - 3_600)) == NOW - LONGEST_UNPACKING_SECONDS
    assert all_read_before(clock(NOW - 3_600), longest_unpacking_seconds=10) == NOW - 10
