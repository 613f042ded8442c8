"""When calls were how slow: a heatmap over time and duration, with errors under it.

Pure: a heatmap in, a plotly figure out. static/link.js reads what is drawn over with the mouse; the same
selections are links and a form beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from query.model.cause import LinkHeatmap
from query.model.window import NS_PER_S, parse_time, rfc3339
from ui.charts.figure import axis, layout
from ui.formats import duration

# Shares of the largest count at which colours change, in powers of it: few calls stay visible beside many.
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_TOKENS = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4")
_SHORTEST_MS = 1e-6
_HEATMAP_DOMAIN, _ERRORS_DOMAIN = (0.24, 1.0), (0.0, 0.13)


@dataclass(frozen=True, slots=True)
class Box:
    """A selected part of the heatmap; None is open."""

    start: str
    end: str
    from_ms: float | None
    to_ms: float | None


def link_heatmap(heatmap: LinkHeatmap, box: Box | None = None) -> go.Figure:
    """The heatmap of one link.

    Args:
        heatmap: Its counts; cells without calls stay empty.
        box: Drawn as a frame.
    """
    ends_ns = (
        parse_time(heatmap.starts[-1], 0) + int(heatmap.step_seconds * NS_PER_S) if heatmap.starts else 0
    )
    times = [*heatmap.starts, rfc3339(ends_ns)]
    edges = [max(edge, _SHORTEST_MS) for edge in heatmap.edges_ms]
    failed = sum(heatmap.errors) > 0
    figure = go.Figure([_cells(heatmap, times, edges), _handle(times, edges)], _layout(times, edges, failed))
    if failed:
        figure.add_trace(_errors(heatmap))
    if box:
        figure.add_shape(_frame(box, edges))
    return figure


def _cells(heatmap: LinkHeatmap, times: list[str], edges: list[float]) -> go.Heatmap:
    most = max((max(column, default=0) for column in heatmap.calls), default=0) or 1
    places = [most**share / most if share else 0.0 for share in _STEPS]
    return go.Heatmap(
        x=times,
        y=edges,
        z=[[column[row] or None for column in heatmap.calls] for row in range(len(edges) - 1)],
        zmin=0,
        zmax=most,
        colorscale=[[place, f"var(--{token})"] for place, token in zip(places, _TOKENS, strict=True)],
        showscale=False,
        hoverongaps=False,
        xgap=1,
        ygap=1,
        hovertemplate="%{x|%H:%M:%S} UTC, about %{y:,.3~r} ms: %{z:,} calls<extra></extra>",
        yaxis="y",
    )


def _handle(times: list[str], edges: list[float]) -> go.Scatter:
    """Nothing to see: plotly.js lets a frame be drawn only over points."""
    return go.Scatter(
        x=[times[0], times[-1]],
        y=[edges[0], edges[-1]] if edges else [None, None],
        mode="markers",
        marker={"opacity": 0, "size": 1},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hoverinfo="skip",
        showlegend=False,
        yaxis="y",
    )


def _errors(heatmap: LinkHeatmap) -> go.Bar:
    width_ms = heatmap.step_seconds * 1000
    return go.Bar(
        x=heatmap.starts,
        y=heatmap.errors,
        width=width_ms * 0.86,
        offset=0,
        marker={"color": "var(--trouble)"},
        hovertemplate="%{x|%H:%M:%S} UTC: %{y:,} errors<extra></extra>",
        showlegend=False,
        yaxis="y2",
    )


def _frame(box: Box, edges: list[float]) -> dict[str, Any]:
    lowest, highest = (edges[0], edges[-1]) if edges else (_SHORTEST_MS, 1.0)
    return {
        "type": "rect",
        "x0": box.start,
        "x1": box.end,
        "y0": max(box.from_ms or lowest, lowest),
        "y1": min(box.to_ms or highest, highest),
        "xref": "x",
        "yref": "y",
        "line": {"color": "var(--ink)", "width": 1.5, "dash": "dot"},
        "fillcolor": "rgba(0,0,0,0)",
    }


def _layout(times: list[str], edges: list[float], failed: bool) -> go.Layout:
    ticks = _ticks(edges)
    vertical: dict[str, Any] = {
        "yaxis": axis(
            type="log",
            domain=_HEATMAP_DOMAIN if failed else (0.0, 1.0),
            range=[math.log10(edges[0]), math.log10(edges[-1])] if edges else None,
            tickvals=ticks,
            ticktext=[duration(tick) for tick in ticks],
            fixedrange=True,
            zeroline=False,
        )
    }
    if failed:
        vertical["yaxis2"] = axis(
            domain=_ERRORS_DOMAIN,
            rangemode="tozero",
            nticks=3,
            tickformat=",~g",
            fixedrange=True,
            title={"text": "errors", "standoff": 6},
        )
    return layout(
        dragmode="select",
        selectdirection="any",
        newselection={"line": {"color": "var(--ink)", "width": 1.5, "dash": "dot"}},
        activeselection={"fillcolor": "rgba(0,0,0,0)", "opacity": 1},
        hovermode="closest",
        bargap=0,
        xaxis=axis(
            type="date",
            range=[times[0], times[-1]],
            anchor="y2" if failed else "y",
            showgrid=False,
            fixedrange=True,
        ),
        **vertical,
    )


def _ticks(edges: list[float]) -> list[float]:
    """Ones of every tenfold, with threes between them where there are few."""
    if not edges:
        return []
    tens = range(math.floor(math.log10(edges[0])), math.ceil(math.log10(edges[-1])) + 1)
    parts = (1, 3) if len(tens) <= 4 else (1,)
    return [part * 10.0**ten for ten in tens for part in parts if edges[0] <= part * 10.0**ten <= edges[-1]]
