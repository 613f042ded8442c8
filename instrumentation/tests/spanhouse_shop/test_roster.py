from __future__ import annotations

import importlib
import inspect

import pytest
from spanhouse_shop.roster import ROSTER, Member, member_named, uncalled_members


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


def test_all_work_begins_at_the_storefront_and_the_queue() -> None:
    assert uncalled_members() == {"storefront", "orders-worker"}
