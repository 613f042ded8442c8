from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import polars as pl

from query.links.span import LinkSpan
from query.model.trace import SpanKind
from storage.client import Database
from storage.hops import HopSpans
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
