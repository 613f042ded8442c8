from __future__ import annotations

import json

import plotly.graph_objects as go

from ui.charts.figure import CONFIG, figure_json, layout


def test_charts_never_offer_the_cloud() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["displaylogo"] is False
    figure = json.loads(figure_json(go.Figure([go.Bar(x=[1], y=[2])], layout())))
    assert figure["config"] == CONFIG


def test_figures_carry_no_template_and_no_fixed_colour() -> None:
    text = figure_json(go.Figure([go.Bar(x=[1], y=[2], marker={"color": "var(--trouble)"})], layout()))
    assert "template" not in text
    assert "#" not in text
    assert len(text) < 2_000
