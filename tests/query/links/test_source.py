"""How often the store is looked at: what has not changed is not read again, what has is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import polars as pl
import pytest

from query.links import seen
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from query.model.window import Window
from storage.client import Database
from storage.errors import QueryTooHeavy
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.query.links.forests import MS, START_NS
from tests.query.links.otlp import request, writer

T = TypeVar("T")

ALL = Window(START_NS - 1_000_000 * MS, START_NS + 1_000_000 * MS)
SLICE = START_NS // 10**10 * 10
# Milliseconds until another slice, and that.
LATER = 20_000
LATER_SLICE = SLICE + 20
ALWAYS_LOOK = LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.0)


class _Counting(HopSpans):
    """Spans that remember which slices were joined, and of how many traces alone."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.joined: list[list[int]] = []
        self.traces: list[int] = []
        self.while_joining: Callable[[], object] = list

    def of_slices(self, slices: Sequence[int], most_spans: int | None = None) -> Iterator[pl.DataFrame]:
        self.joined.append(list(slices))
        yield from super().of_slices(slices, most_spans)
        self.while_joining()

    def of_traces(self, trace_keys: Sequence[int]) -> pl.DataFrame:
        self.traces.append(len(trace_keys))
        return super().of_traces(trace_keys)


def calls(first: int, count: int) -> list[LinkSpan]:
    return [
        LinkSpan(f"{number + 1:032x}", "1" * 16, "", "cart", "GET", "server", START_NS + number * MS, MS)
        for number in range(first, first + count)
    ]


def counted(reader: LinkReader) -> list[int]:
    return [link.calls for link in reader.list(ALL).links]


def rolled_up(database: Database, settings: LinkSettings) -> tuple[_Counting, LinkSource, LinkReader]:
    """A reader of its own, as in another process than the roll-up."""
    time.sleep(1.05)
    links = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    LinkRollUp(links, ServiceStore(database), visible_after_seconds=0).advance()
    spans = _Counting(database)
    source = LinkSource(spans, LinkFigureStore(database), settings)
    return spans, source, LinkReader(source, settings, clock=time.time_ns)


def test_a_slice_is_joined_once_and_then_what_arrives_for_it(database: Database, tmp_path: Path) -> None:
    sender = writer(database, tmp_path)
    sender.write([request(calls(0, 10))])
    spans, _, reader = rolled_up(database, ALWAYS_LOOK)
    sender.write([request(calls(10, 5))])
    sender.write([request(calls(LATER, 1))])

    assert [counted(reader) for _ in range(3)] == [[16]] * 3
    assert spans.joined == [[SLICE, LATER_SLICE]]
    assert spans.traces == []

    sender.write([request(calls(LATER + 1, 1))])
    assert [counted(reader) for _ in range(2)] == [[17]] * 2
    sender.write([request(calls(LATER, 2))])  # Copies.
    assert [counted(reader) for _ in range(2)] == [[17]] * 2
    assert spans.joined == [[SLICE, LATER_SLICE]]
    assert spans.traces == [1, 2]


def test_what_arrives_in_great_numbers_is_joined_by_slices(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "MOST_SPANS_AT_ONCE", 4)
    sender = writer(embedded_database, tmp_path)
    spans, _, reader = rolled_up(embedded_database, ALWAYS_LOOK)
    sender.write([request(calls(0, 1) + calls(LATER, 1))])
    assert counted(reader) == [2]
    sender.write([request(calls(LATER + 1, 5))])

    assert counted(reader) == [7]
    assert LATER_SLICE in spans.joined[1]
    assert spans.traces == []


def test_a_late_child_of_an_earlier_slice_stirs_it_too(database: Database, tmp_path: Path) -> None:
    sender = writer(database, tmp_path)
    spans, _, reader = rolled_up(database, ALWAYS_LOOK)
    asking = LinkSpan("a" * 32, "1" * 16, "", "web", "GET", "client", START_NS, MS)
    sender.write([request([asking])])
    assert counted(reader) == []

    at_ns = START_NS + LATER * MS
    answer = LinkSpan("a" * 32, "2" * 16, "1" * 16, "cart", "GET", "server", at_ns, MS)
    sender.write([request([answer])])
    assert [(link.caller, link.callee) for link in reader.list(ALL).links] == [("web", "cart")]
    assert spans.joined == [[SLICE], [LATER_SLICE]]
    assert spans.traces == [1]


def test_questions_of_one_moment_share_a_look(embedded_database: Database, tmp_path: Path) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    _, _, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=3600.0)
    )

    assert counted(reader) == [10]
    sender.write([request(calls(10, 5))])

    assert counted(reader) == [10]


def while_joining(spans: _Counting, arrives: Callable[[], object], ask: Callable[[], T]) -> tuple[T, T]:
    """Asks; while that is joining something arrives, a second one has looked again, and needs the same."""
    answers: list[T] = []
    later = threading.Thread(target=lambda: answers.append(ask()))

    def another_asks() -> None:
        spans.while_joining = list
        arrives()
        later.start()
        while not spans.traces:
            time.sleep(0.01)
        time.sleep(0.5)

    spans.while_joining = another_asks
    first = ask()
    later.join()
    return first, answers[0]


@pytest.mark.parametrize("also_arrives_ms", [2 * LATER, 0])
def test_what_an_earlier_look_is_joining_is_not_joined_for_a_later_one_too(
    embedded_database: Database, tmp_path: Path, also_arrives_ms: int
) -> None:
    sender = writer(embedded_database, tmp_path)
    spans, _, reader = rolled_up(embedded_database, ALWAYS_LOOK)
    sender.write([request(calls(0, 10) + calls(LATER, 1))])

    found = while_joining(
        spans, lambda: sender.write([request(calls(also_arrives_ms + 20, 5))]), lambda: counted(reader)
    )

    assert found == ([11], [16])
    again = [SLICE + also_arrives_ms // 1000]
    assert spans.joined == [[SLICE, LATER_SLICE], again]


def test_who_answers_is_learnt_from_what_an_earlier_look_joins(
    embedded_database: Database, tmp_path: Path
) -> None:
    sender = writer(embedded_database, tmp_path)
    spans, _, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=3600, remembered_seconds=0.0)
    )

    def call(trace: str, start_ns: int) -> LinkSpan:
        address = {"server.address": "stock.example"}
        return LinkSpan(trace * 32, "1" * 16, "", "cart", "GET", "client", start_ns, MS, attributes=address)

    answer = LinkSpan("a" * 32, "2" * 16, "1" * 16, "stock", "GET", "server", START_NS, MS)
    sender.write([request([call("a", START_NS), answer])])

    def asked() -> list[tuple[str, str, int]]:
        return [(link.caller, link.callee, link.calls) for link in reader.list(ALL).links]

    found = while_joining(spans, lambda: sender.write([request([call("b", START_NS + LATER * MS)])]), asked)

    # The second call may be answered yet: no call to stock.example.
    assert found == ([("cart", "stock", 1)],) * 2
    assert spans.joined == [[SLICE], [LATER_SLICE]]


def test_a_look_in_advance_serves_the_next_question_and_its_joins_are_done(
    embedded_database: Database, tmp_path: Path
) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    spans, source, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=3600.0)
    )
    assert counted(reader) == [10]
    sender.write([request(calls(10, 5))])

    source.watch(time.time_ns(), asked_seconds=3600.0, older_than_seconds=0.0)
    joined = list(spans.joined)
    assert joined == [[SLICE]]
    assert counted(reader) == [15]
    assert spans.joined == joined


def test_nobody_looks_when_nobody_asks_or_the_last_look_is_young(
    embedded_database: Database, tmp_path: Path
) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    spans, source, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=0)
    )
    sender.write([request(calls(10, 5))])

    source.watch(time.time_ns(), asked_seconds=3600.0, older_than_seconds=0.0)
    assert spans.joined == []
    assert counted(reader) == [15]
    sender.write([request(calls(15, 5))])
    source.watch(time.time_ns(), asked_seconds=0.0, older_than_seconds=0.0)
    source.watch(time.time_ns(), asked_seconds=3600.0, older_than_seconds=3600.0)
    assert spans.joined == [[SLICE]]


def test_what_took_long_to_join_serves_as_long_again(embedded_database: Database, tmp_path: Path) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request(calls(0, 10))])
    spans, _, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.01)
    )
    sender.write([request(calls(10, 5))])

    def more_arrives() -> None:
        spans.while_joining = list
        sender.write([request(calls(15, 5))])
        time.sleep(3.0)

    spans.while_joining = more_arrives
    began = time.monotonic()
    assert counted(reader) == [15]
    took = time.monotonic() - began
    assert counted(reader) == [15]
    assert len(spans.joined) == 1
    time.sleep(took)
    assert counted(reader) == [20]


def test_who_asks_while_something_is_joined_shares_it(embedded_database: Database, tmp_path: Path) -> None:
    """Otherwise each question of a busy system looks again, and waits for two joins instead of one."""
    sender = writer(embedded_database, tmp_path)
    spans, _, reader = rolled_up(
        embedded_database, LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.5)
    )
    sender.write([request(calls(0, 10))])
    second: list[list[int]] = []
    also_asks = threading.Thread(target=lambda: second.append(counted(reader)))

    def more_arrives() -> None:
        spans.while_joining = list
        sender.write([request(calls(10, 5))])
        time.sleep(1.0)
        also_asks.start()
        time.sleep(0.5)

    spans.while_joining = more_arrives
    assert counted(reader) == [10]
    also_asks.join()
    assert second == [[10]]
    assert len(spans.joined) == 1


def test_a_question_about_more_than_can_be_joined_is_refused(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = writer(embedded_database, tmp_path)
    sender.write([request([one for slot in range(8) for one in calls(slot * LATER, 5)])])
    _, _, reader = rolled_up(embedded_database, ALWAYS_LOOK)
    assert counted(reader) == [40]
    sender.write([request([one for slot in range(8) for one in calls(slot * LATER + 5, 5)])])
    monkeypatch.setattr(seen, "MOST_SPANS_JOINED", 79)
    with pytest.raises(QueryTooHeavy, match="80 spans of this window are not summed yet"):
        reader.list(ALL)
