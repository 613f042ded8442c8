from __future__ import annotations

from query.model.cause import LinkHeatmap
from ui.charts.figure import figure_json
from ui.charts.heatmap import Box, link_heatmap

START, NEXT = "2026-11-22T14:30:00.000000Z", "2026-11-22T14:30:10.000000Z"


def heatmap(errors: list[int]) -> LinkHeatmap:
    return LinkHeatmap(
        "a", "b", "http", START, NEXT, 10.0, [START, NEXT], [0.0, 10.0, 100.0], [[3, 0], [0, 81]], errors
    )


def test_cells_without_calls_are_empty_and_rows_run_upwards() -> None:
    cells = link_heatmap(heatmap([0, 0])).to_plotly_json()["data"][0]
    assert cells["z"] == [[3, None], [None, 81]]
    assert cells["x"] == [START, NEXT, "2026-11-22T14:30:20.000000Z"]
    # Zero has no place on a logarithmic axis.
    assert cells["y"] == [1e-6, 10.0, 100.0]


def test_few_calls_stay_visible_beside_many() -> None:
    scale = link_heatmap(heatmap([0, 0])).to_plotly_json()["data"][0]["colorscale"]
    assert [round(place, 3) for place, _ in scale] == [0.0, 0.037, 0.111, 0.333, 1.0]
    assert {colour for _, colour in scale} == {f"var(--heat-{step})" for step in range(5)}


def test_errors_have_a_strip_only_where_there_are_some() -> None:
    assert "yaxis2" not in link_heatmap(heatmap([0, 0])).to_plotly_json()["layout"]
    figure = link_heatmap(heatmap([0, 2])).to_plotly_json()
    assert figure["data"][-1]["y"] == [0, 2]
    assert figure["layout"]["yaxis2"]["domain"][1] < figure["layout"]["yaxis"]["domain"][0]


def test_a_selection_is_a_frame_inside_the_picture() -> None:
    (shape,) = link_heatmap(heatmap([0, 0]), Box(START, NEXT, 20.0, None)).to_plotly_json()["layout"][
        "shapes"
    ]
    assert (shape["x0"], shape["x1"], shape["y0"], shape["y1"]) == (START, NEXT, 20.0, 100.0)


def test_a_link_whose_times_are_not_known_is_drawn_empty() -> None:
    nothing = LinkHeatmap("a", "b", "http", START, NEXT, 10.0, [START], [], [[]], [0])
    assert '"z":[]' in figure_json(link_heatmap(nothing))
