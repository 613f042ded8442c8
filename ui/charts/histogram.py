"""How often each duration was: bars on a logarithmic axis, with marks at the percentiles.

Pure: buckets in, a plotly figure out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from query.model.link import HistogramBucket, Percentiles
from ui.charts.figure import axis, layout
from ui.formats import count, duration

_TICKS = 3


def latency_histogram(buckets: Sequence[HistogramBucket], times: Percentiles | None) -> go.Figure:
    """One bar per bucket; empty buckets in between stay empty.

    Args:
        buckets: In order of duration; all of the same ratio `to_ms / from_ms`.
        times: Marked with lines when given.
    """
    places = [_place(math.sqrt(bucket.from_ms * bucket.to_ms)) for bucket in buckets if bucket.from_ms > 0]
    shown = [bucket for bucket in buckets if bucket.from_ms > 0]
    width = min((_place(b.to_ms) - _place(b.from_ms) for b in shown), default=1.0)
    first = min(places, default=0.0) - width
    last = max(places, default=1.0) + width
    ticks = [first + (last - first) * (i + 0.5) / _TICKS for i in range(_TICKS)]
    figure = go.Figure(
        [
            go.Bar(
                x=places,
                y=[bucket.calls for bucket in shown],
                width=width * 0.92,
                marker={"color": "var(--series-calls)"},
                customdata=[
                    f"{duration(bucket.from_ms)} – {duration(bucket.to_ms)}: {count(bucket.calls)} calls"
                    for bucket in shown
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        layout(
            showlegend=False,
            bargap=0,
            hovermode="closest",
            xaxis=axis(
                tickvals=ticks,
                ticktext=[duration(2**tick) for tick in ticks],
                range=[first, last],
                tickangle=0,
                showgrid=False,
                zeroline=False,
                fixedrange=True,
            ),
            yaxis=axis(
                title={"text": "calls", "standoff": 6},
                nticks=4,
                rangemode="tozero",
                tickformat=",.3~s",
                fixedrange=True,
            ),
        ),
    )
    figure.update_layout(margin={"t": 34, "r": 58})
    if times:
        # The middle mark stands higher and the outer ones lean outwards, so that near ones stay readable.
        _mark(figure, "p50", times.p50, 1.0, "right")
        _mark(figure, "p95", times.p95, 1.09, "center")
        _mark(figure, "p99", times.p99, 1.0, "left")
    return figure


def _mark(figure: go.Figure, name: str, value_ms: float, height: float, anchor: str) -> None:
    if value_ms <= 0:
        return
    place = _place(value_ms)
    figure.add_shape(
        type="line",
        x0=place,
        x1=place,
        yref="y domain",
        y0=0,
        y1=height,
        line={"color": f"var(--series-{name})", "width": 1.5, "dash": "dot"},
    )
    figure.add_annotation(
        text=f"{name} {duration(value_ms)}",
        x=place,
        y=height,
        yref="y domain",
        yanchor="bottom",
        xanchor=anchor,
        showarrow=False,
        font={"size": 11, "color": "var(--ink)"},
    )


def _place(ms: float) -> float:
    """Position on the axis: doublings of a millisecond."""
    return math.log2(ms)
