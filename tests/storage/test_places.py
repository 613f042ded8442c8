from __future__ import annotations

import pytest

from storage import places as storage_places
from storage.client import Database
from storage.places import places
from storage.search import SearchStore
from tests.storage.requests import START_NS, request, span
from tests.storing import SettledWriter

FIVE_MINUTES_NS = 300 * 10**9
FIRST_BUCKET = START_NS // FIVE_MINUTES_NS * 300


def lasting(database: Database, buckets: dict[str, int]) -> None:
    """Stores for each trace one span in its first five minutes and one in its last."""
    spans = [
        span(
            trace_id=bytes.fromhex(trace_id),
            span_id=number.to_bytes(8, "big"),
            start_time_unix_nano=FIRST_BUCKET * 10**9 + begin * FIVE_MINUTES_NS,
        )
        for trace_id, count in buckets.items()
        for number, begin in enumerate((0, count - 1), start=1)
    ]
    SettledWriter(database).write([request(spans).SerializeToString()])


def test_a_trace_lies_in_every_five_minutes_from_its_first_span_to_its_last(
    embedded_database: Database,
) -> None:
    lasting(embedded_database, {"ab" * 16: 1, "cd" * 16: 3})
    found = list(places(embedded_database, ["ab" * 16, "cd" * 16, "ef" * 16]))
    expected = [(FIRST_BUCKET, "ab" * 16), *((FIRST_BUCKET + 300 * step, "cd" * 16) for step in range(3))]
    assert [sorted(some) for some in found] == [sorted(expected)]
    assert list(places(embedded_database, ["ef" * 16])) == []
    assert list(places(embedded_database, [])) == []


def test_many_places_come_in_pieces_with_each_trace_whole(
    embedded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_places, "MOST_PLACES", 5)
    lengths = {f"{number:032x}": number for number in range(1, 8)}
    lasting(embedded_database, lengths)
    found = list(places(embedded_database, list(lengths)))
    assert sum(map(len, found)) == sum(lengths.values())
    owners = [{trace_id for _, trace_id in some} for some in found]
    assert len(owners) > 2
    assert sum(map(len, owners)) == len(lengths)
    assert all(len(some) <= 5 or len(whose) == 1 for some, whose in zip(found, owners, strict=True))


def test_a_trace_is_followed_for_a_week_and_its_places_can_be_asked_for(database: Database) -> None:
    lasting(database, {"ab" * 16: storage_places.MOST_BUCKETS, "cd" * 16: 6_000})
    weeks = list(places(database, ["ab" * 16, "cd" * 16]))
    assert [len(some) for some in weeks] == [storage_places.MOST_BUCKETS] * 2
    spans = {
        part.trace_id: part.spans for part in SearchStore(database).service_parts(["ab" * 16, "cd" * 16])
    }
    assert spans == {"ab" * 16: 2, "cd" * 16: 1}
