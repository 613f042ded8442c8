from __future__ import annotations

from query.links.profile import slot_seconds
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.model.link import LinkStep
from query.model.window import Window
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from tests.query.causes.stored import SECOND, START_NS, call, store

WINDOW = Window(START_NS, START_NS + 900 * SECOND)
HOUR_NS = 3_600 * SECOND


def steps(database: Database, now_ns: int = WINDOW.end_ns) -> list[LinkStep]:
    source = LinkSource(HopSpans(database), LinkFigureStore(database), LinkSettings())
    detail = LinkReader(source, LinkSettings(), clock=lambda: now_ns).detail("cart", "payment", WINDOW)
    assert detail
    return detail.timeseries


def test_rolling_up_changes_no_step(embedded_database: Database) -> None:
    spans = [span for number in range(1_200) for span in call(number, server_ms=10 + number // 100)]
    store(embedded_database, spans)
    before = steps(embedded_database)
    source = LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), LinkSettings())
    LinkRollUp(source, ServiceStore(embedded_database), visible_after_seconds=-60).advance()

    assert [step.calls for step in before[:13]] == [100] * 12 + [0]
    assert steps(embedded_database) == before
    # After a day there are only minutes.
    minutes = steps(embedded_database, WINDOW.end_ns + 25 * HOUR_NS)
    assert len(minutes) in (15, 16)
    assert sum(step.calls for step in minutes) == 1_200


def test_steps_are_no_finer_than_what_is_kept() -> None:
    assert slot_seconds(WINDOW, WINDOW.end_ns) == 10
    assert slot_seconds(WINDOW, WINDOW.start_ns + 25 * HOUR_NS) == 60
    assert slot_seconds(WINDOW, WINDOW.start_ns + 200 * HOUR_NS) == 3_600
    assert slot_seconds(Window(0, 86_400 * SECOND), WINDOW.end_ns) == 3_600
