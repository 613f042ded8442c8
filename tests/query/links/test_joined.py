"""Slices joined by themselves say what the linker says of everything at once."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest

from query.links import linker
from query.links.joined import join
from query.links.span import LinkSpan
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
