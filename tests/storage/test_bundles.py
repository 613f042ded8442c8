import threading
import time

import pytest

from storage import bundles as bundles_module
from storage.bundle import owner_in
from storage.bundles import Bundle, Bundles
from storage.errors import StorageOverloaded, StorageUnavailable, UndecodableBlock


def test_writes_share_a_bundle_until_it_is_taken() -> None:
    bundles = Bundles(7, 1000)
    with bundles.place(10) as first, bundles.place(10) as second:
        pass
    assert first == second
    assert owner_in(first) == 7
    taken = bundles.take(0)
    assert taken is not None
    assert (taken.number, taken.size_bytes) == (first, 20)
    assert bundles.take(0) is None
    with bundles.place(10) as third:
        pass
    assert third > first


def test_numbers_never_repeat_whatever_the_clock_does() -> None:
    times = iter([100.0, 100.0, 5.0])
    bundles = Bundles(0, 1000, wall_clock=lambda: next(times))
    numbers = []
    for _ in range(3):
        with bundles.place(1) as number:
            numbers.append(number)
        bundles.take(0)
    assert numbers == sorted(set(numbers))


def test_a_bundle_is_handed_over_only_when_its_writes_have_ended() -> None:
    bundles = Bundles(0, 1000)
    taken: list[Bundle | None] = []
    with bundles.place(1):
        with bundles.place(1):
            pass
        taker = threading.Thread(target=lambda: taken.append(bundles.take(10)))
        taker.start()
        taker.join(0.05)
        assert taker.is_alive()
        # What is written meanwhile goes into the next one.
        with bundles.place(1):
            pass
    taker.join(10)
    assert taken[0] is not None
    assert taken[0].size_bytes == 2
    following = bundles.take(0)
    assert following is not None
    assert following.size_bytes == 1


def test_a_full_bundle_makes_writers_wait_for_the_unpacker() -> None:
    bundles = Bundles(0, 100, patience_seconds=0.02)
    with bundles.place(90):
        pass
    with pytest.raises(StorageOverloaded), bundles.place(20):
        pass
    assert bundles.take(0) is not None
    with bundles.place(20):
        pass


def test_being_full_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles_module, "_LATELY_SECONDS", 0.2)
    bundles = Bundles(1, max_bytes=10, patience_seconds=0.01)
    with bundles.place(8):
        pass
    assert not bundles.behind
    with pytest.raises(StorageOverloaded), bundles.place(8):
        pass
    assert bundles.behind
    time.sleep(0.25)
    assert not bundles.behind


def test_ingest_is_behind_when_a_half_full_bundle_waits_for_its_turn() -> None:
    bundles = Bundles(1, max_bytes=10, takers=1)
    with bundles.place(6):
        pass
    assert not bundles.behind
    taken = bundles.take(0)
    assert taken is not None
    with bundles.place(2):
        pass
    assert not bundles.behind
    with bundles.place(4):
        pass
    assert bundles.behind
    bundles.done(taken)
    assert not bundles.behind


def test_one_write_larger_than_a_bundle_has_one_for_itself() -> None:
    bundles = Bundles(0, 100, patience_seconds=0.02)
    with bundles.place(500):
        pass
    with pytest.raises(StorageOverloaded), bundles.place(1):
        pass


def test_a_failed_write_takes_no_room_and_makes_nothing_due() -> None:
    bundles = Bundles(0, 100)
    with pytest.raises(UndecodableBlock), bundles.place(100):
        raise UndecodableBlock("no")
    assert bundles.waiting_bytes == 0
    assert bundles.take(0) is None
    with bundles.place(100):
        pass


def test_a_write_of_unknown_outcome_marks_its_bundle() -> None:
    bundles = Bundles(0, 100)
    with pytest.raises(StorageUnavailable), bundles.place(1):
        raise StorageUnavailable("lost")
    taken = bundles.take(0)
    assert taken is not None
    assert taken.uncertain


def test_little_waits_for_its_time_and_much_does_not() -> None:
    bundles = Bundles(0, 100)
    with bundles.place(10):
        pass
    assert bundles.take(0, pause_seconds=60) is not None, "after a rest nothing waits"
    with bundles.place(10):
        pass
    assert bundles.take(0, pause_seconds=60) is None
    with bundles.place(50):
        pass
    assert bundles.take(0, pause_seconds=60) is not None


def test_after_a_stop_everything_is_taken_and_then_nothing() -> None:
    bundles = Bundles(0, 100)
    with bundles.place(10):
        pass
    bundles.stop()
    assert bundles.take(None, pause_seconds=60) is not None
    assert bundles.take(None) is None


def test_what_cannot_be_read_yet_is_counted_until_it_is_done() -> None:
    bundles = Bundles(0, 100)
    with bundles.place(10):
        assert bundles.waiting_bytes == 10
    taken = bundles.take(0)
    assert taken is not None
    assert bundles.waiting_bytes == 10
    bundles.done(taken)
    assert bundles.waiting_bytes == 0


def test_the_open_bundle_fills_no_faster_than_the_one_before_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    size = 2**22
    bundles = Bundles(0, size, patience_seconds=0.0)
    with bundles.place(size):
        pass
    first = bundles.take(0)
    assert first is not None
    now += 2.0  # so long the first one took: half of `size` a second
    bundles.done(first)
    with bundles.place(size):
        pass
    second = bundles.take(0)
    assert second is not None
    with bundles.place(size // 4):
        pass
    with pytest.raises(StorageOverloaded), bundles.place(size // 4):
        pass
    now += 0.6
    with bundles.place(size // 4):
        pass
    with pytest.raises(StorageOverloaded), bundles.place(size // 4):
        pass
    bundles.done(second)
    with bundles.place(size // 2):
        pass


def test_small_writes_do_not_overtake_a_large_one_that_waits() -> None:
    bundles = Bundles(0, 100, patience_seconds=10)
    order: list[int] = []

    def write(size: int) -> None:
        with bundles.place(size):
            order.append(size)

    write(60)
    writers = [threading.Thread(target=write, args=(size,)) for size in (50, 10)]
    for writer in writers:
        writer.start()
        time.sleep(0.05)
    assert order == [60]
    assert bundles.take(0) is not None
    for writer in writers:
        writer.join()
    assert order == [60, 50, 10]
