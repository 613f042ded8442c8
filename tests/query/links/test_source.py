"""How often the store is looked at: what has not changed is not read again, what has is."""

from __future__ import annotations

import time
from pathlib import Path

from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from query.model.window import Window
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.query.links.forests import MS, START_NS
from tests.query.links.otlp import request, writer

ALL = Window(START_NS - 1_000_000 * MS, START_NS + 1_000_000 * MS)
ALWAYS_LOOK = LinkSettings(late_seconds=0, remembered_seconds=0.0)


class _Counting(LinkFigureStore):
    """A store that counts what is asked of it."""

    changes_asked = 0

    def changed_slices(self, from_second: int, to_second: int) -> list[int]:
        self.changes_asked += 1
        return super().changed_slices(from_second, to_second)


def calls(first: int, count: int) -> list[LinkSpan]:
    return [
        LinkSpan(f"{number + 1:032x}", "1" * 16, "", "cart", "GET", "server", START_NS + number * MS, MS)
        for number in range(first, first + count)
    ]


def counted(reader: LinkReader) -> list[int]:
    return [link.calls for link in reader.list(ALL).links]


def rolled_up(database: Database, settings: LinkSettings) -> tuple[_Counting, LinkReader]:
    """A reader of its own, as in another process than the roll-up."""
    time.sleep(1.05)
    links = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    LinkRollUp(links, ServiceStore(database), visible_after_seconds=0).advance()
    store = _Counting(database)
    reader = LinkReader(LinkSource(HopSpans(database), store, settings), settings, clock=time.time_ns)
    return store, reader


def test_while_nothing_arrives_one_look_serves_and_after_that_it_does_not(
    database: Database, tmp_path: Path
) -> None:
    sender = writer(database, tmp_path)
    sender.write([request(calls(0, 10))])
    store, reader = rolled_up(database, ALWAYS_LOOK)

    assert [counted(reader) for _ in range(5)] == [[10]] * 5
    # The first does not know yet since when to compare.
    assert store.changes_asked == 2

    sender.write([request(calls(10, 5))])
    assert [counted(reader) for _ in range(2)] == [[15]] * 2
    assert store.changes_asked == 3


def test_questions_of_one_moment_share_a_look(embedded_database: Database, tmp_path: Path) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    store, reader = rolled_up(embedded_database, LinkSettings(late_seconds=0, remembered_seconds=3600.0))

    assert counted(reader) == [10]
    sender.write([request(calls(10, 5))])

    assert counted(reader) == [10]
    assert store.changes_asked == 1
