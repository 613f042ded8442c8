from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

import polars as pl
import pytest

from query.links import joined, linker, rollup
from query.links import source as link_source
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp, rest_seconds
from query.links.settings import LinkSettings
from query.links.settling import VISIBLE_AFTER_SECONDS
from query.links.source import LinkSource
from query.links.span import LinkSpan
from query.model.window import Window
from storage.bundle import owner_of
from storage.bundles import Bundles
from storage.client import Database
from storage.errors import StorageUnavailable
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from storage.table_log import TableLog
from storage.writer import SpanWriter
from tests.query.links.expected import assert_same, expected_links
from tests.query.links.forests import MS, START_NS, Forest
from tests.query.links.otlp import request, shuffled_requests, writer

SECOND = 1_000 * MS
HOUR_NS = 3_600 * SECOND
HOURS = Window(START_NS // HOUR_NS * HOUR_NS - HOUR_NS, START_NS // HOUR_NS * HOUR_NS + 3 * HOUR_NS)
ODD = Window(START_NS + 3 * SECOND + 7, START_NS + 2_000 * SECOND + 3)
NOTHING_IS_LATE = LinkSettings(late_seconds=0, late_answered_seconds=0, remembered_seconds=0.0)


def source(database: Database, store: LinkFigureStore | None = None) -> LinkSource:
    return LinkSource(HopSpans(database), store or LinkFigureStore(database), NOTHING_IS_LATE)


def roll_up(database: Database, links: LinkSource | None = None) -> LinkRollUp:
    return LinkRollUp(links or source(database), ServiceStore(database), visible_after_seconds=0)


def settle() -> None:
    """Arrival times are whole seconds: what was stored in this second is settled in the next."""
    time.sleep(1.05)


def check(links: LinkSource, spans: Sequence[LinkSpan], *windows: Window) -> None:
    reader = LinkReader(links, NOTHING_IS_LATE, clock=time.time_ns)
    hops = linker.find_hops(spans)
    for window in windows:
        inside = [hop for hop in hops if window.start_ns <= hop.start_ns < window.end_ns]
        assert_same(reader.list(window, limit=100_000).links, expected_links(inside))


@pytest.mark.parametrize(("seed", "spans_of_a_part"), [(0, 75_000), (1, 75_000), (2, 9)])
def test_late_spans_change_what_was_rolled_up(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, spans_of_a_part: int
) -> None:
    monkeypatch.setattr(joined, "MOST_SPANS_OF_A_PART", spans_of_a_part)
    random = Random(seed)
    spans = Forest(random, reach_ns=4_000 * SECOND).grow(traces=60, most_spans=15)
    random.shuffle(spans)
    sender, links = writer(database, tmp_path), source(database)
    worker = roll_up(database, links)
    third = len(spans) // 3
    for phase in range(3):
        # The last phase brings copies of old spans too.
        sender.write(shuffled_requests(spans[phase * third : (phase + 1) * third], random))
        known = spans[: (phase + 1) * third]
        check(links, known, HOURS)
        settle()
        worker.advance()
        check(links, known, HOURS, ODD)


def test_when_all_is_rolled_up_nothing_is_joined(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(5), reach_ns=4_000 * SECOND).grow(traces=40, most_spans=15)
    writer(database, tmp_path).write([request(spans)])
    links = source(database)
    settle()
    roll_up(database, links).advance()

    data = links.moment(time.time_ns()).open(HOURS)

    assert data.hops.is_empty()
    assert len(data.rolled.hours) >= 2
    assert not data.rolled.slices
    assert not data.rolled.minutes


class _DyingStore(LinkFigureStore):
    """A store whose connection breaks after some writes, between any two of them."""

    def __init__(self, database: Database, writes: int) -> None:
        super().__init__(database)
        self.writes_left = writes

    def _write(self) -> None:
        if self.writes_left == 0:
            raise StorageUnavailable("the connection broke")
        self.writes_left -= 1

    def replace(
        self, resolution: int, starts: Iterable[int], version: int, rows: Sequence[pl.DataFrame]
    ) -> None:
        self._write()
        super().replace(resolution, starts, version, rows)

    def mark(self, slots: Mapping[int, Iterable[int]], version: int, *, valid: bool) -> None:
        self._write()
        super().mark(slots, version, valid=valid)


def test_a_worker_may_die_between_any_two_writes(embedded_database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(9)).grow(traces=30, most_spans=12)
    half = len(spans) // 2
    sender = writer(embedded_database, tmp_path)
    sender.write([request(spans[:half])])
    settle()
    roll_up(embedded_database).advance()
    sender.write([request(spans[half:])])
    settle()
    for writes in range(100):
        dying = _DyingStore(embedded_database, writes)
        try:
            roll_up(embedded_database, source(embedded_database, dying)).advance()
        except StorageUnavailable:
            check(source(embedded_database), spans, HOURS)
            continue
        break
    assert writes > 5
    check(source(embedded_database), spans, HOURS, ODD)


def test_a_long_backlog_is_rolled_up_piece_by_piece(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LONG_BEHIND_SECONDS", -3600)
    monkeypatch.setattr(rollup, "PIECE_SPANS", 1)
    spans = Forest(Random(17)).grow(traces=8, most_spans=8)
    sender = writer(embedded_database, tmp_path)
    for part in shuffled_requests(spans, Random(3))[:3]:
        sender.write([part])
        settle()
    sender.write([request(spans)])
    settle()
    pieces = 0
    # Each by a worker that dies after it.
    while roll_up(embedded_database, source(embedded_database)).advance_piece():
        pieces += 1
        check(source(embedded_database), spans, HOURS, ODD)
    check(source(embedded_database), spans, HOURS, ODD)
    assert pieces >= 2


def test_readers_join_what_they_need_while_the_roll_up_is_far_behind(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_source, "_FAR_SECONDS", -1)
    monkeypatch.setattr(link_source, "MOST_SPANS_JOINED", 0)
    spans = Forest(Random(18)).grow(traces=8, most_spans=8)
    sender, links = writer(embedded_database, tmp_path), source(embedded_database)
    sender.write([request(spans[:4])])
    settle()
    roll_up(embedded_database, links).advance()
    check(links, spans[:4], HOURS)
    sender.write([request(spans[4:])])
    check(links, spans, HOURS)
    assert not links.moment(time.time_ns()).plan(HOURS).rolled


def slow_down_the_view(database: Database) -> None:
    """Spans arrive, then take seconds until they can be read, as large blocks on a busy machine do."""
    asked = (
        "SELECT as_select FROM system.tables WHERE name = 'link_spans_mv' AND database = currentDatabase()"
    )
    with database.connection() as client:
        ((query,),) = client.query(asked).result_rows
    slow = f"SELECT * FROM ({query}) WHERE sleep(1) = 0"  # noqa: S608
    database.execute(f"ALTER TABLE link_spans_mv MODIFY QUERY {slow}")


def test_spans_that_take_long_to_unpack_are_waited_for(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(13)).grow(traces=8, most_spans=8)
    half = len(spans) // 2
    sender = writer(database, tmp_path)
    links = source(database, LinkFigureStore(database, sender.logged_since))
    worker = roll_up(database, links)
    sender.write([request(spans[:half])])
    settle()
    worker.advance()
    slow_down_the_view(database)
    unpacking = threading.Thread(target=sender.write, args=([request(spans[half:])],))
    unpacking.start()
    settle()
    worker.advance()
    unpacking.join()
    settle()
    worker.advance()
    check(source(database), spans, HOURS)


def test_a_bundle_that_stays_in_the_log_does_not_hold_the_roll_up(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(14)).grow(traces=8, most_spans=8)
    SpanWriter(TableLog(database), Bundles(owner_of("tests"), 10**7)).write([request(spans[:1])])
    settle()
    settle()
    writer(database, tmp_path).write([request(spans[1:])])
    settle()
    worker = LinkRollUp(
        source(database), ServiceStore(database), visible_after_seconds=0, longest_unpacking_seconds=0
    )
    worker.advance()
    assert source(database).moment(time.time_ns()).open(HOURS).hops.is_empty()


def test_calls_to_known_addresses_are_waited_for(embedded_database: Database, tmp_path: Path) -> None:
    """What may be answered yet is not rolled up as a call to nobody before `late_answered_seconds`."""
    settings = LinkSettings(late_seconds=0, late_answered_seconds=VISIBLE_AFTER_SECONDS + 3)
    links = LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), settings)
    worker = roll_up(embedded_database, links)
    random = Random(7)
    writer(embedded_database, tmp_path).write(shuffled_requests(Forest(random).grow(5, 10), random))

    settle()
    worker.advance()
    assert embedded_database.execute("SELECT count() FROM link_figures") == 0

    time.sleep(3.05)
    worker.advance()
    assert embedded_database.execute("SELECT count() FROM link_figures") > 0


def test_two_workers_do_each_other_no_harm(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(11), reach_ns=200 * SECOND).grow(traces=40, most_spans=12)
    sender = writer(database, tmp_path)
    links = source(database)
    workers = [
        LinkRollUp(links, ServiceStore(database), visible_after_seconds=0, pause_seconds=0.01)
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for part in shuffled_requests(spans, Random(12)):
        sender.write([part])
        time.sleep(0.2)
    settle()
    for worker in workers:
        worker.stop()
    check(links, spans, HOURS, ODD)
    assert threading.active_count() < 50


def test_who_is_behind_rests_as_long_as_it_worked_and_else_nine_times() -> None:
    assert rest_seconds(2.0, behind=False) == pytest.approx(18.0)
    assert rest_seconds(2.0, behind=True) == pytest.approx(2.0)
    assert rest_seconds(3_600.0, behind=False) == rollup.LONGEST_PAUSE_SECONDS


def test_the_worker_rests_as_one_that_is_behind_until_it_is_not(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LONG_BEHIND_SECONDS", -3600)
    monkeypatch.setattr(rollup, "PIECE_SPANS", 1)
    # Otherwise it catches up without a rest.
    monkeypatch.setattr(rollup, "LITTLE_PER_SECOND", 0)
    rests: list[bool] = []

    def rest(_: float, *, behind: bool) -> float:
        rests.append(behind)
        return 0.0

    monkeypatch.setattr(rollup, "rest_seconds", rest)
    sender = writer(embedded_database, tmp_path)
    for part in shuffled_requests(Forest(Random(17)).grow(traces=8, most_spans=8), Random(3))[:3]:
        sender.write([part])
        settle()
    worker = LinkRollUp(
        source(embedded_database),
        ServiceStore(embedded_database),
        pause_seconds=0.0,
        visible_after_seconds=0,
    )

    worker.start()
    while False not in rests:
        time.sleep(0.01)
    worker.stop()

    assert rests[0]


def test_start_and_stop_may_be_repeated(embedded_database: Database) -> None:
    worker = roll_up(embedded_database)
    worker.start()
    worker.start()
    worker.stop()
    worker.stop()


@pytest.mark.parametrize("minutes", [1, 3, 10])
def test_a_link_that_turned_slow_in_its_first_minute_stays_red(
    embedded_database: Database, tmp_path: Path, minutes: int
) -> None:
    began_ns = START_NS // (60 * SECOND) * 60 * SECOND + 30 * SECOND
    spans = []
    for number in range(5 * 60 * minutes):
        trace_id, start_ns = f"{number + 1:032x}", began_ns + number * 200 * MS
        length_ns = (40 + number % 7) * MS * (1 if number < 100 else 15)
        spans.append(LinkSpan(trace_id, "1" * 16, "", "shop", "POST", "client", start_ns, length_ns))
        spans.append(
            LinkSpan(
                trace_id, "2" * 16, "1" * 16, "bank", "POST", "server", start_ns + MS, length_ns - 2 * MS
            )
        )
    writer(embedded_database, tmp_path).write([request(spans)])
    links = source(embedded_database)
    settle()
    roll_up(embedded_database, links).advance()
    now_ns = began_ns + 60 * minutes * SECOND
    [link] = (
        LinkReader(links, NOTHING_IS_LATE, clock=time.time_ns)
        .list(Window(now_ns - HOUR_NS // 4, now_ns))
        .links
    )
    assert link.status == "slow", link
    assert link.baseline_p95_ms is not None
    assert link.baseline_p95_ms < 60
