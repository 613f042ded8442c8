"""Minutes from memory are those that the store sums; memory is not asked when somebody else knows better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from query.links import minutes
from query.links.aggregate import figures_of
from query.links.frames import find_hops
from query.links.joined import join_nothing
from query.links.minutes import MinuteSums, slices_of
from query.services.minutes import counted
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore
from storage.slots import MINUTE
from tests.query.links.forests import MS, START_NS, Forest
from tests.query.links.otlp import request, writer

FIRST = START_NS // 10**9 // MINUTE * MINUTE
MINUTES = [FIRST + MINUTE * number for number in range(3)]
VERSION = 5


def rows(frames: Sequence[pl.DataFrame]) -> list[list[dict[str, Any]]]:
    """In one order; which of equally slow requests are kept, and how many, is left open."""
    found = []
    for frame in frames:
        left_out = {"SlowTraces", "SlowSpans", "SlowErrors", "FailedTraces", "FailedSpans"}
        names = sorted(set(frame.columns) - left_out)
        ordered = frame.sort(
            [name for name in names if frame.schema[name] in (pl.String, pl.UInt32, pl.UInt8)]
        )
        found.append([{name: _value(name, row[name]) for name in names} for row in ordered.to_dicts()])
    return found


def _value(name: str, value: Any) -> Any:
    if name.endswith("SumNs"):
        return pytest.approx(value)
    return (value[:3] if name in ("SlowNs", "FailedNs") else value) or None


@pytest.fixture
def made(embedded_database: Database, tmp_path: Path) -> tuple[MinuteSums, MinuteSums, LinkFigureStore]:
    """Slices that were written: known to the first, not to the second."""
    spans = Forest(Random(21), reach_ns=150_000 * MS).grow(traces=60, most_spans=12)
    writer(embedded_database, tmp_path).write([request(spans)])
    hop_spans, store = HopSpans(embedded_database), LinkFigureStore(embedded_database)
    slices = [start for start in hop_spans.occupied(0, 2**32 - 1) if start in slices_of(MINUTES)]
    (frame,) = hop_spans.of_slices(slices)
    hops = find_hops(frame).filter(pl.col("slice").is_in(slices))
    links = figures_of(hops, 10, by_operation=True)
    store.replace(10, slices, VERSION, [figures_of(hops, 10, by_operation=False), links])
    first, second = (MinuteSums(hop_spans, store, ServiceStore(embedded_database)) for _ in range(2))
    first.keep(slices, VERSION, links, counted(frame.filter(pl.col("Slice").is_in(slices))))
    return first, second, store


def test_minutes_from_memory_are_those_from_the_store(
    made: tuple[MinuteSums, MinuteSums, LinkFigureStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = made
    with monkeypatch.context() as patched:
        patched.setattr(ServiceStore, "minutes", None)
        links, services = first.sums(MINUTES)
    stored_links, stored_services = second.sums(MINUTES)

    assert links[1].height > 50
    assert rows(links) == rows(stored_links)
    assert rows(services) == rows(stored_services)


def test_what_somebody_else_wrote_later_counts(made: tuple[MinuteSums, MinuteSums, LinkFigureStore]) -> None:
    first, second, store = made
    links = figures_of(join_nothing(), 10, by_operation=True)
    store.replace(10, [MINUTES[1]], VERSION + 1, [links, links])

    found, expected = first.sums(MINUTES), second.sums(MINUTES)

    assert rows(found[0]) == rows(expected[0])
    assert rows(found[1]) == rows(expected[1])


def test_memory_is_bounded(
    made: tuple[MinuteSums, MinuteSums, LinkFigureStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = made
    monkeypatch.setattr(minutes, "MOST_BYTES", 1)
    nothing = pl.DataFrame({"Start": pl.Series([], dtype=pl.UInt32)})
    first.keep([0], VERSION, nothing, nothing)
    assert rows(first.sums(MINUTES)[0]) == rows(second.sums(MINUTES)[0])
