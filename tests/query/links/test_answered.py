"""Peers known to be answered: calls to them wait longer, all others as before."""

from __future__ import annotations

import polars as pl
import pytest

from query.links import answered, frames
from query.links.answered import AnsweredPeers
from query.links.joined import join_nothing
from query.links.span import LinkSpan
from tests.query.links.rows import frame_of

MS = 1_000_000
STORED_NS = 1_700_000_000_000_000_000
STORED = 1_700_000_000


def call(number: int, caller: str, host: str, *, answered_by: str = "") -> list[LinkSpan]:
    trace_id, client = f"{number:032x}", f"{2 * number:016x}"
    attributes = {"http.request.method": "GET", "server.address": host}
    spans = [
        LinkSpan(
            trace_id,
            client,
            "",
            caller,
            "GET",
            "client",
            STORED_NS - MS,
            MS,
            attributes=attributes,
            received_ns=STORED_NS,
        )
    ]
    if answered_by:
        server = f"{2 * number + 1:016x}"
        spans.append(
            LinkSpan(
                trace_id, server, client, answered_by, "GET", "server", STORED_NS, MS, received_ns=STORED_NS
            )
        )
    return spans


def hops(*calls: list[LinkSpan]) -> pl.DataFrame:
    return frames.find_hops(frame_of([span for one in calls for span in one]))


def pending(found: pl.DataFrame) -> dict[tuple[str, str], int | None]:
    return {(row["caller"], row["callee"]): row["pending_since"] for row in found.to_dicts()}


def test_only_calls_to_what_answered_this_caller_wait_longer() -> None:
    known = AnsweredPeers(5).also(hops(call(1, "cart", "pay.local", answered_by="payment")))

    waited = known.waited_for(
        hops(call(2, "cart", "pay.local"), call(3, "cart", "bank.example"), call(4, "web", "pay.local"))
    )

    assert pending(waited) == {
        ("cart", "pay.local"): STORED + 5,
        ("cart", "bank.example"): STORED,
        ("web", "pay.local"): STORED,
    }


def test_hops_stay_as_they_are_but_for_the_wait() -> None:
    both = hops(call(1, "cart", "pay.local", answered_by="payment"), call(2, "cart", "pay.local"))

    waited = AnsweredPeers(5).also(both).waited_for(both)

    assert waited.columns == both.columns
    assert waited.schema == both.schema
    assert waited.drop("pending_since").equals(both.drop("pending_since"))
    assert waited["pending_since"].to_list() == [None, STORED + 5]


def test_without_a_longer_wait_nothing_is_learnt() -> None:
    both = hops(call(1, "cart", "pay.local", answered_by="payment"), call(2, "cart", "pay.local"))

    assert AnsweredPeers(0).also(both).waited_for(both).equals(both)
    assert AnsweredPeers(5).also(join_nothing()).waited_for(join_nothing()).is_empty()


def test_names_that_senders_make_up_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answered, "MOST_PEERS", 2)
    names = ["first", "second", "third"]
    known = AnsweredPeers(5)
    for number, name in enumerate(names):
        known = known.also(hops(call(number, "cart", name, answered_by="payment")))

    waited = known.waited_for(hops(*(call(9 + number, "cart", name) for number, name in enumerate(names))))

    assert pending(waited) == {
        ("cart", "first"): STORED + 5,
        ("cart", "second"): STORED + 5,
        ("cart", "third"): STORED,
    }
