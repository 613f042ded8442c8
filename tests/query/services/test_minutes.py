"""Services summed from their operations say what the store says of the same spans."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from query.model.window import NS_PER_S
from query.services.minutes import of_services
from storage.client import Database
from storage.services import ServiceStore
from storage.slots import MINUTE, Slots
from tests.query.services.test_rolled_up import START_NS, made, send

FIRST = START_NS // NS_PER_S
SLOTS = Slots(slices=tuple(range(FIRST, FIRST + 7_200, 10)))


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.sort("Start", "Service", "Operation", "Kind").to_dicts()


def same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    assert expected.height > 50
    for one, other in zip(rows(found), rows(expected), strict=True):
        # Sums of floats differ by the order they are made in; no calls are an empty histogram or none.
        assert one.pop("SumNs") == pytest.approx(other.pop("SumNs"))
        assert (one.pop("Buckets") or [], one.pop("Counts") or []) == (
            other.pop("Buckets"),
            other.pop("Counts"),
        )
        assert one == other


def test_minutes_of_operations_are_what_a_question_finds(embedded_database: Database) -> None:
    send(embedded_database, made(200))
    send(embedded_database, made(200)[:70])
    store = ServiceStore(embedded_database)
    same(store.minutes(SLOTS.slices), store.summed(SLOTS, MINUTE, by_operation=True))


def test_services_are_the_calls_among_their_operations(embedded_database: Database) -> None:
    send(embedded_database, made(200))
    store = ServiceStore(embedded_database)
    same(of_services(store.minutes(SLOTS.slices)), store.summed(SLOTS, MINUTE, by_operation=False))
