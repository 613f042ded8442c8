from __future__ import annotations

from random import Random

import polars as pl
import pytest

from query.links import frames, slice_hops
from query.links.aggregate import figures_of, summed
from query.links.slice_hops import SliceHops
from query.links.trace_hops import TraceHops
from tests.query.links.forests import Forest
from tests.query.links.rows import frame_of, rows_of_frame
from tests.query.links.test_aggregate import rows

HOPS = frames.find_hops(frame_of(Forest(Random(4)).grow(traces=30, most_spans=12)))
SLICES = HOPS["slice"].unique().sort().to_list()
LATE_AFTER = 2**31


def known(parts: int) -> SliceHops:
    """All hops, come in so many portions of traces."""
    found = SliceHops()
    for start in SLICES:
        found.put(start, HOPS.clear())
    traces = HOPS.select("trace_id").unique(maintain_order=True).with_row_index()
    for number in range(parts):
        some = traces.filter(pl.col("index") % parts == number).select("trace_id")
        found.replace(TraceHops(some, frozenset(SLICES), HOPS.join(some, on="trace_id", how="semi")))
    return found


@pytest.mark.parametrize("most_parts", [2, 16])
def test_parts_add_up_however_many_there_are(monkeypatch: pytest.MonkeyPatch, most_parts: int) -> None:
    monkeypatch.setattr(slice_hops, "MOST_PARTS", most_parts)
    found = known(parts=5)

    assert rows_of_frame(pl.concat(found.of(SLICES).values())) == rows_of_frame(HOPS)
    figures = summed(found.figures(SLICES, LATE_AFTER), 10, by_operation=False, exemplars=3)
    assert rows(figures) == rows(figures_of(HOPS, 10, by_operation=False))


def test_of_what_is_not_needed_only_as_much_is_kept_as_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = known(parts=1)
    found.of(SLICES[:1])
    monkeypatch.setattr(slice_hops, "MOST_BYTES", found.of(SLICES[:1])[SLICES[0]].estimated_size() + 1)

    kept = found.copy(SLICES[2:3])

    assert [start for start in SLICES if start in kept] == [SLICES[0], SLICES[2]]
    assert SLICES[2] not in found.copy(SLICES[2:3], without=SLICES[2:3])
