"""Where traces lie in `otel_traces`: the start of five minutes and the trace id, a prefix of its primary key.

Asked once for many traces, so that what reads their spans gets the key as values and only their granules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storage.client import Database

BUCKET_SECONDS = 300
# Places travel as one value of a URL, 49 bytes each, and a server takes no value beyond 128 KiB.
MOST_PLACES = 2500
# No trace is followed for more than a week.
MOST_BUCKETS = 2016

Place = tuple[int, str]


def places(database: Database, trace_ids: Sequence[str]) -> Iterator[list[Place]]:
    """The places of these traces, all of a trace in one list and no list much longer than `MOST_PLACES`.

    Args:
        database: The store.
        trace_ids: Lower-case hex; those that are not stored have no place.

    Raises:
        StorageError: See `storage.failure.translated`.
    """
    if not trace_ids:
        return
    ranges: dict[str, tuple[int, int]] = {}
    for trace_id, first, last in database.rows("trace_ranges", {"trace_ids": list(trace_ids)}):
        earlier = ranges.get(trace_id, (first, last))
        ranges[trace_id] = min(first, earlier[0]), max(last, earlier[1])
    found: list[Place] = []
    for trace_id, (first, last) in ranges.items():
        begins = range(first - first % BUCKET_SECONDS, last + 1, BUCKET_SECONDS)[:MOST_BUCKETS]
        if found and len(found) + len(begins) > MOST_PLACES:
            yield found
            found = []
        found += [(begin, trace_id) for begin in begins]
    if found:
        yield found
