"""What all charts share: quiet axes, colours by token, and the configuration plotly.js is run with.

Colours are written as `var(--token)`; static/charts.js puts the theme's values in, so a figure is the same in
both themes. Figures hold numbers and fixed words only, never text from spans.
"""

from __future__ import annotations

from typing import Any

import orjson
import plotly.graph_objects as go

# plotly.js 4 offers to send charts to a cloud service unless told not to; ours never leave the machine.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
}
_FONT = {
    "family": "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif",
    "size": 12,
    "color": "var(--muted)",
}


def axis(**more: Any) -> dict[str, Any]:
    """An axis with hairlines and no frame."""
    return {
        "gridcolor": "var(--hairline)",
        "linecolor": "var(--hairline)",
        "zerolinecolor": "var(--hairline)",
        "fixedrange": False,
        "ticks": "",
        "automargin": False,
        **more,
    }


def layout(**more: Any) -> go.Layout:
    """A transparent figure that fills its element."""
    return go.Layout(
        template=go.layout.Template(),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=_FONT,
        autosize=True,
        margin={"l": 64, "r": 12, "t": 8, "b": 40, "pad": 0},
        hoverlabel={
            "bgcolor": "var(--raised)",
            "bordercolor": "var(--control)",
            "font": {**_FONT, "color": "var(--ink)"},
        },
        **more,
    )


def legend(y: float) -> dict[str, Any]:
    """A legend in one line over a strip whose upper edge is at `y`, a share of the figure's height."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "bgcolor": "rgba(0,0,0,0)",
        "font": _FONT,
        "itemclick": False,
        "itemdoubleclick": False,
    }


def load_charts() -> None:
    """Makes an empty chart of each kind: plotly loads its classes when they are first used."""
    figure_json(go.Figure([go.Bar(x=[0], y=[0]), go.Scatter(x=[0], y=[0]), go.Heatmap(z=[[0]])], layout()))


def figure_json(figure: go.Figure) -> str:
    """A figure and its configuration as JSON for a `data-figure` attribute."""
    parts = figure.to_plotly_json()
    parts["layout"].pop("template", None)
    return orjson.dumps({"data": parts["data"], "layout": parts["layout"], "config": CONFIG}).decode()
