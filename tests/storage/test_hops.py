from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from query.links.span import LinkSpan
from query.model.trace import SpanKind
from storage.client import Database
from storage.hops import HopSpans, trace_ranges
from tests.query.links.forests import ATTRIBUTES, START_NS, Forest
from tests.query.links.otlp import request, shuffled_requests, writer
from tests.query.links.rows import frame_of

_COMPARED = [
    *("Slice", "TraceId", "SpanId", "StartNs", "DurationNs", "Kind", "Service", "Operation"),
    *("Error", "Protocol", "Sidecar", "Peer", "Weight"),
]


def _compared(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    # A callee's protocol is only asked for SERVER and CONSUMER; the store does not work it out for INTERNAL.
    protocol = pl.when(pl.col("Kind") > 1).then("Protocol").otherwise(pl.lit(""))
    return sorted(frame.with_columns(Protocol=protocol).select(_COMPARED).rows())


def test_the_view_reads_of_a_span_what_the_linker_reads(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(1)).grow(traces=60, most_spans=30)
    writer(database, tmp_path).write(shuffled_requests(spans, Random(2)))
    hops = HopSpans(database)

    (stored,) = hops.of_slices(list(hops.occupied(0, 2**32 - 1)))

    assert _compared(stored) == _compared(frame_of(spans))
    assert stored.height == len({span.key for span in spans})


def test_every_attribute_set_names_the_same_peer(embedded_database: Database, tmp_path: Path) -> None:
    kinds: list[SpanKind] = ["client", "producer", "server"]
    spans = [
        LinkSpan(f"{number:032x}", "b" * 16, "", "cart", kind, kind, START_NS, 5, attributes=attributes)
        for number, (attributes, kind) in enumerate(product(ATTRIBUTES, kinds), start=1)
    ]
    writer(embedded_database, tmp_path).write([request(spans)])
    hops = HopSpans(embedded_database)

    (stored,) = hops.of_slices(list(hops.occupied(0, 2**32 - 1)))
    assert _compared(stored) == _compared(frame_of(spans))


def test_a_slice_brings_the_other_ends_of_its_traces(database: Database, tmp_path: Path) -> None:
    hour_ns = 3_600 * 10**9
    producer = LinkSpan("a" * 32, "1" * 16, "", "cart", "publish", "producer", START_NS, 5)
    consumer = LinkSpan(
        "b" * 32,
        "2" * 16,
        "",
        "mail",
        "process",
        "consumer",
        START_NS + hour_ns,
        5,
        span_links=(producer.key,),
    )
    child = LinkSpan("b" * 32, "3" * 16, "2" * 16, "mail", "smtp", "client", START_NS - hour_ns, 5)
    unrelated = LinkSpan("c" * 32, "2" * 16, "", "mail", "process", "consumer", START_NS + hour_ns, 5)
    sender = writer(database, tmp_path)
    for span in (consumer, unrelated, child, producer):
        sender.write([request([span])])
    hops = HopSpans(database)

    def near(span: LinkSpan) -> set[str]:
        return set(next(hops.of_slices([span.start_ns // 10**10 * 10]))["Operation"])

    assert near(producer) == {"publish", "process"}
    assert near(consumer) == {"publish", "process", "smtp"}
    assert near(child) == {"process", "smtp"}
    assert next(hops.of_slices([START_NS // 10**10 * 10])).height == 2


def test_an_empty_store_has_no_slices(database: Database) -> None:
    hops = HopSpans(database)

    assert hops.occupied(0, 2**32 - 1) == {}
    assert next(hops.of_slices([1_790_000_000])).is_empty()


def test_without_span_links_the_other_ends_are_found_by_trace(database: Database, tmp_path: Path) -> None:
    caller = LinkSpan("a" * 32, "1" * 16, "", "cart", "GET", "client", START_NS, 5)
    callee = LinkSpan("a" * 32, "2" * 16, "1" * 16, "stock", "GET", "server", START_NS + 20 * 10**9, 5)
    unrelated = LinkSpan("b" * 32, "2" * 16, "", "stock", "GET", "server", START_NS + 20 * 10**9, 5)
    writer(database, tmp_path).write([request([span]) for span in (callee, caller, unrelated)])
    (found,) = HopSpans(database).of_slices([START_NS // 10**10 * 10])
    assert sorted(found.select("Service", "Mine").rows()) == [("cart", True), ("stock", False)]


def test_portions_hold_whole_traces_and_what_meets_them(database: Database, tmp_path: Path) -> None:
    spans = Forest(Random(5)).grow(traces=80, most_spans=20)
    writer(database, tmp_path).write(shuffled_requests(spans, Random(6)))
    hops = HopSpans(database)
    for start, copies in list(hops.occupied(0, 2**32 - 1).items())[:3]:
        (whole,) = hops.of_slices([start])
        portions = list(hops.of_slices([start], copies // 4 + 1))
        assert 1 < len(portions) <= 4
        mine = pl.concat(portion.filter("Mine") for portion in portions)
        assert sorted(mine["SpanKey"]) == sorted(whole.filter("Mine")["SpanKey"])
        assert sum(portion.filter("Mine")["TraceId"].n_unique() for portion in portions) == (
            whole.filter("Mine")["TraceId"].n_unique()
        )
        assert set(pl.concat(portions)["SpanKey"]) == set(whole["SpanKey"])
        for portion in portions:
            assert portion["SpanKey"].is_unique().all()
            keys = set(portion.filter("Mine")["TraceId"])
            assert portion.filter(pl.col("TraceId").is_in(keys)).height == (
                whole.filter(pl.col("TraceId").is_in(keys)).height
            )


@given(st.lists(st.integers(0, 2**128 - 1), max_size=60), st.integers(1, 9))
def test_ranges_hold_every_trace_once(sample: list[int], parts: int) -> None:
    ranges = trace_ranges(sorted(sample), parts)
    assert 1 <= len(ranges) <= parts
    assert (ranges[0][0], ranges[-1][1]) == (0, 2**128 - 1)
    assert all(first <= last for first, last in ranges)
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(ranges))


def test_ranges_share_out_what_was_sampled_evenly() -> None:
    sample = [10**30 + number for number in range(1_000)]
    sizes = [sum(first <= trace_id <= last for trace_id in sample) for first, last in trace_ranges(sample, 7)]
    assert len(sizes) == 7
    assert max(sizes) - min(sizes) <= 1
