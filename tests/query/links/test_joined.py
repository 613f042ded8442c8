"""Slices joined by themselves say what the linker says of everything at once."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest

from query.links import joined, linker
from query.links.joined import join, join_parts
from query.links.span import LinkSpan
from query.services.minutes import counted, operations_of
from storage.client import Database
from storage.hops import HopSpans
from tests.query.links.forests import MS, START_NS, Forest
from tests.query.links.otlp import request, shuffled_requests, writer
from tests.query.links.rows import rows_of_frame, rows_of_hops

SLICE = START_NS // 10**10 * 10
SETTLED = 2**32 - 1


def test_what_a_proxy_passed_on_may_have_its_caller_in_a_trace_that_only_it_names(
    database: Database, tmp_path: Path
) -> None:
    last_ms_ns = (SLICE + 10) * 10**9 - MS
    producer = LinkSpan("b" * 32, "3" * 16, "", "shop", "publish", "producer", last_ms_ns - 60_000 * MS, 5)
    mesh = {"component": "proxy"}
    proxy = LinkSpan("a" * 32, "1" * 16, "", "mesh", "in", "server", last_ms_ns, 5 * MS, attributes=mesh)
    behind = LinkSpan(
        *("a" * 32, "2" * 16, proxy.span_id, "mail", "process", "server", last_ms_ns + 2 * MS, MS),
        span_links=(producer.key,),
    )
    spans = [producer, proxy, behind]
    writer(database, tmp_path).write([request(spans)])
    hops = [hop for hop in linker.find_hops(spans) if hop.start_ns < (SLICE + 10) * 10**9]

    assert [hop.callee for hop in hops] == ["mesh"]
    assert rows_of_frame(join(HopSpans(database), [SLICE], SETTLED)) == rows_of_hops(hops)


@pytest.mark.parametrize("seed", range(4))
def test_each_slice_alone_gives_its_hops(embedded_database: Database, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    spans = Forest(random, reach_ns=60_000 * MS).grow(traces=60, most_spans=20)
    writer(embedded_database, tmp_path).write(shuffled_requests(spans, random))
    hop_spans = HopSpans(embedded_database)
    slices = sorted(hop_spans.occupied(0, 2**32 - 1))

    alone = pl.concat(join(hop_spans, [start], SETTLED) for start in slices)

    assert len(slices) > 4
    assert rows_of_frame(alone) == rows_of_hops(linker.find_hops(spans))


@pytest.mark.parametrize("seed", range(4))
def test_parts_together_are_the_whole(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    spans = Forest(random, reach_ns=60_000 * MS).grow(traces=60, most_spans=20)
    writer(database, tmp_path).write(shuffled_requests(spans, random))
    hop_spans = HopSpans(database)
    occupied = hop_spans.occupied(0, 2**32 - 1)
    # Some slices only: the others hold what has to be read with them.
    slices = sorted(random.sample(sorted(occupied), len(occupied) // 2))

    monkeypatch.setattr(joined, "MOST_SPANS_OF_A_PART", sum(occupied[start] for start in slices) / 4.5)
    parts = list(join_parts(hop_spans, slices, SETTLED))

    assert len(parts) == 5
    assert sum(not hops.is_empty() for _, hops in parts) > 2
    inside = [hop for hop in linker.find_hops(spans) if hop.start_ns // 10**10 * 10 in slices]
    assert rows_of_frame(pl.concat(hops for _, hops in parts)) == rows_of_hops(inside)
    assert rows_of_frame(join(hop_spans, slices, SETTLED)) == rows_of_hops(inside)
    keys = {span.key for span in spans if span.start_ns // 10**10 * 10 in slices}
    assert sum(own.height for own, _ in parts) == len(keys)


def test_services_are_counted_in_parts(
    embedded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = Forest(Random(7)).grow(traces=60, most_spans=20)
    writer(embedded_database, tmp_path).write(shuffled_requests(spans, Random(8)))
    hop_spans = HopSpans(embedded_database)
    slices = sorted(hop_spans.occupied(0, 2**32 - 1))

    def services(spans_of_a_part: int) -> list[tuple[object, ...]]:
        monkeypatch.setattr(joined, "MOST_SPANS_OF_A_PART", spans_of_a_part)
        found = join_parts(hop_spans, slices, SETTLED)
        whole = operations_of(pl.concat(counted(own) for own, _ in found), 60)
        numbers = ["Start", "Service", "Operation", "Kind", "Spans", "MaxNs", "Buckets"]
        return sorted(
            (*row, round(calls, 6))
            for row, calls in zip(whole.select(numbers).rows(), whole["Calls"].to_list(), strict=True)
        )

    assert services(50) == services(100_000)
