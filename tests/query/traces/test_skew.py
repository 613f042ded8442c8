from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.traces.skew import clock_shifts
from query.traces.tree import build_forest

SHOP, BANK = ("shop", "host-a"), ("bank", "host-b")


def shifts(
    parents: list[str],
    kinds: list[str],
    clocks: list[tuple[str, str]],
    start_ns: list[int],
    end_ns: list[int],
) -> list[int]:
    ids = [chr(ord("a") + place) for place in range(len(parents))]
    return clock_shifts(build_forest(ids, parents, start_ns), kinds, clocks, start_ns, end_ns)


def test_a_callee_outside_its_caller_is_put_in_the_middle_with_what_its_process_did() -> None:
    found = shifts(
        ["", "a", "b"],
        ["client", "server", "internal"],
        [SHOP, BANK, BANK],
        [1000, 5000, 5010],
        [1100, 5060, 5020],
    )
    assert found == [0, 1020 - 5000, 1020 - 5000]


def test_a_callee_inside_its_caller_stays() -> None:
    assert shifts(["", "a"], ["client", "server"], [SHOP, BANK], [0, 1], [100, 100]) == [0, 0]


def test_a_callee_too_long_for_its_caller_stays() -> None:
    assert shifts(["", "a"], ["client", "server"], [SHOP, BANK], [0, 50], [100, 151]) == [0, 0]


def test_one_process_has_one_clock() -> None:
    assert shifts(["", "a"], ["client", "server"], [SHOP, SHOP], [0, 500], [100, 510]) == [0, 0]


def test_only_calls_are_corrected() -> None:
    assert shifts(["", "a"], ["producer", "consumer"], [SHOP, BANK], [0, 500], [10, 510]) == [0, 0]


def test_a_further_hop_is_measured_against_its_moved_caller() -> None:
    till = ("till", "host-c")
    found = shifts(
        ["", "a", "b", "c"],
        ["client", "server", "client", "server"],
        [SHOP, BANK, BANK, till],
        [1000, 9000, 9010, 1025],
        [1100, 9060, 9050, 1055],
    )
    # The bank is 8 s ahead, the till agrees with the shop.
    assert found == [0, 1020 - 9000, 1020 - 9000, 1030 + (40 - 30) // 2 - 1025]


def test_services_of_one_host_share_its_clock() -> None:
    till = ("till", "host-b")
    found = shifts(
        ["", "a", "b", "c"],
        ["client", "server", "client", "server"],
        [SHOP, BANK, BANK, till],
        [1000, 9000, 9010, 9020],
        [1100, 9060, 9050, 9030],
    )
    assert found == [0] + [1020 - 9000] * 3


@given(
    caller=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
    callee=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
)
def test_a_callee_that_fits_ends_up_inside(caller: tuple[int, int], callee: tuple[int, int]) -> None:
    start_ns = [caller[0], callee[0]]
    end_ns = [caller[0] + caller[1], callee[0] + callee[1]]
    none, moved = shifts(["", "a"], ["client", "server"], [SHOP, BANK], start_ns, end_ns)
    assert none == 0
    if callee[1] <= caller[1]:
        assert start_ns[0] <= start_ns[1] + moved
        assert end_ns[1] + moved <= end_ns[0]
    else:
        assert moved == 0
