from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from query.model.trace import TraceSummary
from query.model.window import NS_PER_S, Window, rfc3339
from tests.ui.trace.shop import ORIGIN_NS, shop_trace, summary
from ui.search.scatter import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, build_scatter

ONE = summary(shop_trace())
WINDOW = Window(ORIGIN_NS - 600 * NS_PER_S, ORIGIN_NS + 300 * NS_PER_S)

traces = st.lists(
    st.builds(
        lambda start, duration, spans: replace(
            ONE, start=rfc3339(start), duration_ms=duration, span_count=spans
        ),
        st.integers(ORIGIN_NS - 10**13, ORIGIN_NS + 10**13),
        st.floats(0, 1e9),
        st.integers(0, 10**6),
    ),
    max_size=10,
)


@given(traces)
def test_every_point_lies_within_the_axes(found: list[TraceSummary]) -> None:
    drawn = build_scatter(found, WINDOW)
    assert len(drawn.points) == len(found)
    for point in drawn.points:
        assert LEFT <= point.x <= WIDTH - RIGHT
        assert TOP <= point.y <= HEIGHT - BOTTOM
    for tick in drawn.duration_ticks:
        assert TOP <= tick.at <= HEIGHT - BOTTOM


def test_later_is_right_and_slower_is_up() -> None:
    early = replace(ONE, start=rfc3339(ORIGIN_NS - 300 * NS_PER_S), duration_ms=10.0)
    points = {point.trace.duration_ms: point for point in build_scatter([early, ONE], WINDOW).points}
    assert points[10.0].x < points[1240].x
    assert points[10.0].y > points[1240].y


@given(st.integers(1, 10**8))
def test_moments_are_few(seconds: int) -> None:
    drawn = build_scatter([], Window(ORIGIN_NS, ORIGIN_NS + seconds * NS_PER_S))
    assert len(drawn.time_ticks) <= 9


def moments(found: list[TraceSummary], window: Window) -> list[str]:
    return [tick.label for tick in build_scatter(found, window).time_ticks]


def test_traces_of_a_few_seconds_fill_the_width_and_have_seconds() -> None:
    found = [replace(ONE, start=rfc3339(ORIGIN_NS + i * NS_PER_S)) for i in range(12)]
    points = sorted(point.x for point in build_scatter(found, WINDOW).points)
    assert points[-1] - points[0] > (WIDTH - LEFT - RIGHT) * 0.8
    assert all(label.count(":") == 2 for label in moments(found, WINDOW))


def test_traces_all_over_the_window_show_the_window() -> None:
    found = [replace(ONE, start=rfc3339(WINDOW.start_ns + i * 100 * NS_PER_S)) for i in range(8)]
    assert moments(found, WINDOW) == moments([], WINDOW)
    assert all(label.count(":") == 1 for label in moments(found, WINDOW))
