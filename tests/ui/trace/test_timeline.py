from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from query.model.trace import Span
from tests.ui.trace.shop import shop_trace, span_id
from ui.trace.timeline import build_timeline, ruler_ticks
from ui.trace.tree import build_tree

TEMPLATE = shop_trace().spans[0]

spans_at_any_time = st.lists(
    st.builds(
        lambda start, length, skew: replace(
            TEMPLATE, start_time_unix_nano=str(start), duration_ms=length, skew_ms=skew
        ),
        st.integers(0, 2**63),
        st.floats(0, 1e9),
        st.floats(-1e6, 1e6),
    ),
    max_size=12,
)


@given(spans_at_any_time, st.booleans())
def test_bars_lie_within_the_drawing_whatever_the_clocks_said(spans: list[Span], raw: bool) -> None:
    timeline = build_timeline(spans, raw=raw)
    for index in range(len(spans)):
        left, width = timeline.extent(index)
        assert 0 <= left <= 100
        assert width >= 0
        assert left + width <= 100 + 1e-9


@given(spans_at_any_time)
def test_the_first_span_starts_at_the_left_edge(spans: list[Span]) -> None:
    timeline = build_timeline(spans)
    assert not spans or min(timeline.start_ns) == 0


def test_raw_times_show_what_the_clocks_said() -> None:
    trace = shop_trace()
    at = build_tree(trace.spans).position[span_id("stk")]
    corrected = build_timeline(trace.spans).start_ns[at]
    raw = build_timeline(trace.spans, raw=True).start_ns[at]
    assert corrected - raw == 3_100_000


@given(st.integers(1, 10**16))
def test_ticks_are_round_few_and_within_the_trace(total_ns: int) -> None:
    ticks = ruler_ticks(total_ns)
    assert ticks[0] == 0
    assert ticks[-1] <= total_ns
    assert 1 <= len(ticks) <= 6
    if len(ticks) > 1:
        assert str(ticks[1])[0] in "125"
        assert set(str(ticks[1])[1:]) <= {"0"}
