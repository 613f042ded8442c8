from __future__ import annotations

import re
from dataclasses import replace

from query.model.link import LinkStep
from query.model.service import ServiceStep
from ui.assets import STATIC_DIRECTORY
from ui.charts.figure import figure_json
from ui.charts.strips import link_strips, service_strips

STEPS = [
    LinkStep("2026-11-22T14:30:00Z", 30, 3, 10, 20, 30, 18, 2),
    LinkStep("2026-11-22T14:30:15Z", 0, 0, None, None, None, None, None),
    LinkStep("2026-11-22T14:30:30Z", 15, 0, 11, 21, 31, 19, 2),
]


def test_calls_and_errors_are_rates_that_add_up() -> None:
    good, bad = link_strips(STEPS, 15, 20).data[:2]
    assert list(good.y) == [27 / 15, 0, 1]
    assert list(bad.y) == [3 / 15, 0, 0]
    assert link_strips(STEPS, 15, 20).layout.barmode == "stack"


def test_steps_without_calls_are_gaps() -> None:
    lines = {trace.name: trace for trace in link_strips(STEPS, 15, 20).data if trace.type == "scatter"}
    assert list(lines["p95"].y) == [20, None, 21]
    assert lines["p95"].connectgaps is False


def test_a_value_between_gaps_is_a_dot_and_no_area_spans_a_gap() -> None:
    lines = {trace.name: trace for trace in link_strips(STEPS, 15, 20).data if trace.type == "scatter"}
    assert lines["p95"].mode == "lines+markers"
    assert list(lines["p95"].marker.size) == [5, 0, 5]
    assert lines["server p95"].fill is None
    whole = link_strips([STEPS[0], STEPS[2]], 15, None).data
    assert {trace.mode for trace in whole if trace.type == "scatter"} == {"lines"}
    assert [trace.name for trace in whole if getattr(trace, "fill", None)] == ["server p95", "gap p95"]


def test_the_band_reaches_the_baseline_and_is_named() -> None:
    figure = link_strips(STEPS, 15, 159)
    assert (figure.layout.shapes[0].y0, figure.layout.shapes[0].y1) == (0, 159)
    assert figure.data[-1].name == "baseline 159 ms"
    assert len(link_strips(STEPS, 15, None).layout.shapes) == 0


def test_all_strips_share_the_whole_window() -> None:
    figure = link_strips(STEPS, 15, None)
    assert list(figure.layout.xaxis.range) == ["2026-11-22T14:30:00Z", "2026-11-22T14:30:45.000000Z"]
    assert {trace.xaxis for trace in figure.data} == {"x"}
    assert {trace.yaxis for trace in figure.data} == {"y", "y2", "y3"}


def test_no_steps_are_no_error() -> None:
    assert figure_json(link_strips([], 15, None))
    assert figure_json(service_strips([], 15))


def test_a_service_has_two_strips() -> None:
    figure = service_strips([ServiceStep("2026-11-22T14:30:00Z", 5, 1, 1, 2, 3)], 60)
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}


def test_every_colour_is_a_token_of_the_theme_and_red_is_for_errors() -> None:
    text = figure_json(link_strips(STEPS, 15, 20))
    tokens = set(re.findall(r"var\((--[\w-]+)\)", text))
    css = (STATIC_DIRECTORY / "base.css").read_text()
    assert all(f"{token}:" in css for token in tokens)
    red = [
        trace.name for trace in link_strips(STEPS, 15, 20).data if "trouble" in str(trace.to_plotly_json())
    ]
    assert red == ["errors/s"]


def test_a_callee_that_was_never_seen_leaves_two_strips_not_an_empty_third() -> None:
    unseen = [replace(step, server_p95=None, gap_p95=None) for step in STEPS]
    figure = link_strips(unseen, 15, 20)
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}
    assert "yaxis3" not in figure.layout.to_plotly_json()
