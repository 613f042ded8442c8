from __future__ import annotations

import math

from query.model.link import HistogramBucket, Percentiles
from ui.charts.histogram import latency_histogram

BUCKETS = [HistogramBucket(2**i, 2 ** (i + 1), 10 * i) for i in (1, 2, 5)]


def test_bars_stand_at_the_log_of_their_duration() -> None:
    bars = latency_histogram(BUCKETS, None).data[0]
    assert [round(x, 6) for x in bars.x] == [1.5, 2.5, 5.5]
    assert list(bars.y) == [10, 20, 50]
    assert bars.customdata[0] == "2.00 ms – 4.00 ms: 10 calls"


def test_percentiles_are_marked_and_written() -> None:
    figure = latency_histogram(BUCKETS, Percentiles(4, 16, 32, 64))
    assert [note.text for note in figure.layout.annotations] == ["p50 4.00 ms", "p95 16.0 ms", "p99 32.0 ms"]
    assert [shape.x0 for shape in figure.layout.shapes] == [2, 4, 5]


def test_ticks_are_durations_inside_the_range() -> None:
    axis = latency_histogram(BUCKETS, None).layout.xaxis
    low, high = axis.range
    assert all(low < tick < high for tick in axis.tickvals)
    assert axis.ticktext[0].endswith(("µs", "ms"))


def test_nothing_and_zero_are_no_error() -> None:
    assert latency_histogram([], Percentiles(0, 0, 0, 0)).layout.shapes == ()
    figure = latency_histogram([HistogramBucket(0, 1, 5)], None)
    assert len(figure.data[0].x) == 0
    assert all(math.isfinite(value) for value in figure.layout.xaxis.range)
