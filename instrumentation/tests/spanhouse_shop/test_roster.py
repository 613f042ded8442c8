from __future__ import annotations

import importlib
import inspect

import pytest
from spanhouse_shop.roster import ROSTER, Member, member_named, stopping_order


def test_callees_stand_before_their_callers() -> None:
    seen: set[str] = set()
    for member in ROSTER:
        assert set(member.calls) <= seen
        seen.add(member.name)
    assert len(seen) == len(ROSTER)


@pytest.mark.parametrize("member", ROSTER, ids=lambda member: member.name)
def test_every_member_has_a_service_to_run(member: Member) -> None:
    assert inspect.iscoroutinefunction(importlib.import_module(member.module).run)


def test_a_member_is_found_by_name() -> None:
    assert member_named("bank").name == "bank"
    with pytest.raises(KeyError):
        member_named("casino")


def test_everybody_stops_after_all_who_call_them() -> None:
    layers = stopping_order()
    position = {name: number for number, names in enumerate(layers) for name in names}
    assert set(position) == {member.name for member in ROSTER}
    for member in ROSTER:
        assert all(position[callee] > position[member.name] for callee in member.calls)
