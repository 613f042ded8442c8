"""Strips over one time axis: calls and errors, percentiles against the baseline, server and gap.

Pure: steps in, a plotly figure out. The same numbers stand as text in the page's tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from query.model.link import LinkStep
from query.model.service import ServiceStep
from query.model.window import NS_PER_S, parse_time, rfc3339
from ui.charts.figure import axis, layout, legend
from ui.formats import duration

_MS = "%{y:,.3~r} ms"
# Share of the figure's height: each strip, and the room above it for its legend.
_LINK_DOMAINS = ((0.74, 0.94), (0.32, 0.64), (0.0, 0.22))
_SERVICE_DOMAINS = ((0.66, 0.92), (0.0, 0.52))


def link_strips(steps: Sequence[LinkStep], step_seconds: float, baseline_p95_ms: float | None) -> go.Figure:
    """A link's three strips, or the upper two where the callee was never seen and nothing can be split.

    Args:
        steps: In order of time; None where there were no calls leaves a gap in the line.
        step_seconds: Length of a step.
        baseline_p95_ms: The link's usual p95: the band reaches from zero up to it.
    """
    times = [step.start for step in steps]
    server, gap = [step.server_p95 for step in steps], [step.gap_p95 for step in steps]
    split = any(value is not None for value in (*server, *gap))
    traces = [*_call_bars(steps, step_seconds), *_percentile_lines(steps)]
    if split:
        traces.append(_line(times, server, "server p95", "series-server", 3, fill=True))
        traces.append(_line(times, gap, "gap p95", "series-gap", 3, fill=True))
    domains = _LINK_DOMAINS if split else _SERVICE_DOMAINS
    figure = go.Figure(traces, _layout(domains, times, step_seconds))
    if baseline_p95_ms:
        figure.add_shape(_baseline_band(baseline_p95_ms))
        figure.add_trace(_baseline_key(baseline_p95_ms))
    return figure


def service_strips(steps: Sequence[ServiceStep], step_seconds: float) -> go.Figure:
    """A service's rate, errors and duration over time."""
    times = [step.start for step in steps]
    traces = [*_call_bars(steps, step_seconds), *_percentile_lines(steps)]
    return go.Figure(traces, _layout(_SERVICE_DOMAINS, times, step_seconds))


def _call_bars(steps: Sequence[LinkStep | ServiceStep], step_seconds: float) -> list[go.Bar]:
    times = [step.start for step in steps]
    width_ms = step_seconds * 1000 * 0.86
    good = [max(0, step.calls - step.errors) / step_seconds for step in steps]
    bad = [step.errors / step_seconds for step in steps]
    offset = {"xaxis": "x", "yaxis": "y", "width": width_ms, "offset": 0, "legend": "legend"}
    return [
        go.Bar(
            x=times,
            y=good,
            name="calls/s",
            marker={"color": "var(--series-calls)"},
            hovertemplate="%{y:,.3~r}/s",
            **offset,
        ),
        go.Bar(
            x=times,
            y=bad,
            name="errors/s",
            marker={"color": "var(--trouble)"},
            hovertemplate="%{y:,.3~r}/s",
            **offset,
        ),
    ]


def _percentile_lines(steps: Sequence[LinkStep | ServiceStep]) -> list[go.Scatter]:
    times = [step.start for step in steps]
    return [
        _line(times, [step.p99 for step in steps], "p99", "series-p99", 2, dash="dot"),
        _line(times, [step.p95 for step in steps], "p95", "series-p95", 2, width=2.2),
        _line(times, [step.p50 for step in steps], "p50", "series-p50", 2, dash="dash"),
    ]


def _line(
    times: list[str],
    values: list[float | None],
    name: str,
    token: str,
    strip: int,
    *,
    dash: str = "solid",
    width: float = 1.5,
    fill: bool = False,
) -> go.Scatter:
    lonely = _lonely(values)
    # plotly.js closes a filled area over gaps, which would claim calls where there were none.
    fill = fill and None not in values
    return go.Scatter(
        x=times,
        y=values,
        name=name,
        mode="lines+markers" if any(lonely) else "lines",
        marker={"size": [5 if alone else 0 for alone in lonely]} if any(lonely) else None,
        connectgaps=False,
        line={"color": f"var(--{token})", "width": width, "dash": dash, "shape": "linear"},
        fill="tozeroy" if fill else None,
        fillcolor=f"var(--{token}-fill)" if fill else None,
        hovertemplate=_MS,
        xaxis="x",
        yaxis=f"y{strip}",
        legend=f"legend{strip}",
    )


def _lonely(values: list[float | None]) -> list[bool]:
    """Which values have no neighbour, so that no line would show them."""
    padded = [None, *values, None]
    return [
        value is not None and padded[i] is None and padded[i + 2] is None for i, value in enumerate(values)
    ]


def _layout(domains: tuple[tuple[float, float], ...], times: list[str], step_seconds: float) -> go.Layout:
    end = rfc3339(parse_time(times[-1], 0) + int(step_seconds * NS_PER_S)) if times else ""
    titles = ("calls/s", "ms", "ms")
    vertical: dict[str, Any] = {}
    for i, domain in enumerate(domains):
        suffix = str(i + 1) if i else ""
        vertical[f"yaxis{suffix}"] = axis(
            domain=domain,
            rangemode="tozero",
            nticks=4,
            title={"text": titles[i], "standoff": 6},
            tickformat=",~g",
            anchor="x",
            fixedrange=True,
        )
        vertical[f"legend{suffix}"] = legend(domain[1] + 0.005)
    last = str(len(domains))
    return layout(
        barmode="stack",
        bargap=0,
        hovermode="x unified",
        xaxis=axis(
            type="date",
            anchor=f"y{last}",
            showgrid=False,
            hoverformat="%H:%M:%S UTC",
            showspikes=True,
            spikemode="across",
            spikethickness=1,
            spikedash="solid",
            spikecolor="var(--control)",
            range=[times[0], end] if times else None,
        ),
        **vertical,
    )


def _baseline_key(baseline_p95_ms: float) -> go.Scatter:
    """The band's place in the legend; a shape has none of its own."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=f"baseline {duration(baseline_p95_ms)}",
        marker={"color": "var(--baseline-fill)", "symbol": "square", "size": 12},
        xaxis="x",
        yaxis="y2",
        legend="legend2",
    )


def _baseline_band(baseline_p95_ms: float) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "yref": "y2",
        "y0": 0,
        "y1": baseline_p95_ms,
        "fillcolor": "var(--baseline-fill)",
        "line": {"width": 0},
        "layer": "below",
    }
