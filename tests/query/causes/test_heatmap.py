from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.causes.heatmap import MOST_ROWS, heatmap_of
from query.links.figures import Figures, LinkKey, SideFigures
from query.links.sketch import histogram_of
from query.model.window import NS_PER_S, Window

KEY = LinkKey("a", "b", "http")
MS = 1_000_000


def figures(durations_ns: list[int], errors: float = 0.0) -> Figures:
    return Figures(client=SideFigures(histogram_of(durations_ns)), errors=errors)


def test_columns_cover_the_window_and_rows_what_was_seen() -> None:
    window = Window(25 * NS_PER_S, 61 * NS_PER_S)
    found = heatmap_of(KEY, {30: figures([10 * MS, 11 * MS], errors=1.0), 60: figures([90 * MS])}, window, 10)
    assert len(found.starts) == 5 and found.starts[0].endswith("00:00:20.000000Z")
    assert found.errors == [0, 1, 0, 0, 0]
    assert found.edges_ms[0] <= 10 and found.edges_ms[-1] > 90
    assert [sum(column) for column in found.calls] == [0, 2, 0, 0, 1]


def test_without_known_durations_there_are_no_rows() -> None:
    found = heatmap_of(KEY, {0: Figures(calls=1.0)}, Window(0, 10 * NS_PER_S), 10)
    assert (found.edges_ms, found.calls) == ([], [[]])


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=40))
def test_every_call_lies_between_the_edges_of_its_row(durations_ns: list[int]) -> None:
    found = heatmap_of(KEY, {0: figures(durations_ns)}, Window(0, 10 * NS_PER_S), 10)
    (column,) = found.calls
    assert len(column) == len(found.edges_ms) - 1 <= MOST_ROWS
    assert found.edges_ms == sorted(found.edges_ms)
    for row, calls in enumerate(column):
        low, high = found.edges_ms[row], found.edges_ms[row + 1]
        # Edges are those of sketch buckets, computed with a logarithm.
        inside = sum(low * (1 - 1e-9) <= duration_ns / MS < high * (1 + 1e-9) for duration_ns in durations_ns)
        surely = sum(low * (1 + 1e-9) < duration_ns / MS < high * (1 - 1e-9) for duration_ns in durations_ns)
        assert surely <= calls <= inside
