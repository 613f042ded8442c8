"""Joining only the traces that spans arrived for gives what joining everything gives, after every arrival."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from query.links import frames, linker, trace_hops
from query.links.slice_hops import SliceHops
from query.links.span import LinkSpan
from query.links.trace_hops import join_traces
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from tests.query.links.forests import MS, Forest
from tests.query.links.otlp import request, writer
from tests.query.links.rows import frame_of, rows_of_frame, rows_of_hops


class _Stored:
    """Spans that have arrived, read as `storage.hops` reads them."""

    def __init__(self) -> None:
        self.spans: list[LinkSpan] = []

    def of_traces(self, trace_keys: Sequence[int]) -> pl.DataFrame:
        asked = set(trace_keys)
        found = [
            span
            for span in self.spans
            if key(span.trace_id) in asked or any(key(linked) in asked for linked, _ in span.span_links)
        ]
        # Each span once, as in the frame.
        found = list({span.key: span for span in found}.values())
        return frame_of(found).with_columns(
            TraceKey=pl.Series([key(span.trace_id) for span in found], dtype=pl.UInt64),
            LinkedTraces=pl.Series(
                [[key(linked) for linked, _ in span.span_links] for span in found], dtype=pl.List(pl.UInt64)
            ),
        )


def key(trace_id: str) -> int:
    return int(trace_id[-15:], 16)


def slices_of(spans: Sequence[LinkSpan]) -> set[int]:
    return {span.start_ns // 10**10 * 10 for span in spans}


def arrivals(random: Random, spans: Sequence[LinkSpan], most: int) -> list[list[LinkSpan]]:
    """The spans in any order, with copies, in portions."""
    mixed = [*spans, *random.choices(spans, k=len(spans) // 3)]
    random.shuffle(mixed)
    portions = []
    while mixed:
        size = random.randint(1, most)
        portions.append(mixed[:size])
        mixed = mixed[size:]
    return portions


@given(st.randoms(use_true_random=False), st.integers(1, 8), st.integers(1, 10), st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_what_arrived_joined_trace_by_trace_is_everything_joined(
    random: Random, traces: int, most_spans: int, most_at_once: int
) -> None:
    spans = Forest(random).grow(traces, most_spans)
    stored, known = _Stored(), SliceHops()
    # Slices that were joined before anything arrived.
    for start in slices_of(spans):
        known.put(start, frames.find_hops(frames.NO_SPANS))
    for portion in arrivals(random, spans, most_at_once):
        stored.spans += portion
        arrived = {key(span.trace_id) for span in portion}
        arrived |= {key(linked) for span in portion for linked, _ in span.span_links}
        for found in join_traces(stored, sorted(arrived)):  # type: ignore[arg-type]  # reads the same
            known.replace(found)
        hops = pl.concat(known.of(slices_of(spans)).values())

        assert rows_of_frame(hops) == rows_of_hops(linker.find_hops(stored.spans))


@pytest.mark.parametrize("seed", range(2))
def test_the_store_brings_what_is_needed(
    embedded_database: Database, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_hops, "MOST_TRACES_AT_ONCE", 3)
    random = Random(seed)
    spans = Forest(random, reach_ns=300_000 * MS).grow(traces=12, most_spans=12)
    sender, known = writer(embedded_database, tmp_path), SliceHops()
    store = LinkFigureStore(embedded_database)
    for start in slices_of(spans):
        known.put(start, frames.find_hops(frames.NO_SPANS))
    arrived: list[LinkSpan] = []
    before = store.arrived_traces(0)
    for portion in arrivals(random, spans, most=40):
        sender.write([request(portion)])
        arrived += portion
        now = store.arrived_traces(0)
        keys = now.join(before, on=now.columns, how="anti")["TraceKey"].unique().to_list()
        before = now
        for found in join_traces(HopSpans(embedded_database), keys):
            known.replace(found)
        hops = pl.concat(known.of(slices_of(spans)).values())

        assert rows_of_frame(hops) == rows_of_hops(linker.find_hops(arrived))
