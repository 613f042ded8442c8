from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.model.window import NS_PER_S, WindowError, parse_window
from tests.ui.shop import NOW_NS
from ui.time_range import PRESETS, TimeRange, read_time_range, url


def reading(start: str = "", end: str = "", refresh: str = "") -> TimeRange:
    return read_time_range(start, end, refresh, NOW_NS)


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("", "", "Last 15 minutes"),
        ("-1h", "", "Last hour"),
        ("-90m", "now", "Last 90 minutes"),
        ("2026-11-22T14:00:00Z", "2026-11-22T14:15:00Z", "2026-11-22 14:00 – 14:15 UTC"),
        ("2026-11-22T14:00:07Z", "2026-11-22T14:01:00Z", "2026-11-22 14:00:07 – 14:01:00 UTC"),
        ("2026-11-21T14:00:00Z", "2026-11-22T14:15:00Z", "2026-11-21 14:00 – 2026-11-22 14:15 UTC"),
    ],
)
def test_a_window_in_words(start: str, end: str, label: str) -> None:
    assert reading(start, end).label == label


def test_defaults_are_not_carried() -> None:
    assert reading().carried == {}
    assert reading("-1h", "", "10").carried == {"start": "-1h", "refresh": "10"}


@pytest.mark.parametrize("refresh", ["7", "x", "-5", "999999999", "٥"])
def test_an_odd_refresh_is_none(refresh: str) -> None:
    assert reading(refresh=refresh).refresh_seconds == 0


def test_exactly_one_preset_is_chosen_for_a_relative_window() -> None:
    assert [preset.start for preset in reading("-6h").presets if preset.chosen] == ["-6h"]
    absolute = reading("2026-11-22T14:00:00Z", "2026-11-22T14:15:00Z")
    assert not any(preset.chosen for preset in absolute.presets)


@given(st.integers(1, 90_000), st.integers(1, 900_000))
def test_one_window_back_and_one_on_is_where_it_began(length: int, ago: int) -> None:
    end = NOW_NS // NS_PER_S - ago
    before = reading(str(end - length), str(end))
    back = reading(**before.earlier)
    assert back.window.end_ns == before.window.start_ns
    assert back.later is not None
    assert reading(**back.later).window == before.window


def test_there_is_nothing_later_than_now() -> None:
    assert reading().later is None
    assert reading("2026-11-22T14:00:00Z", "2026-11-22T14:45:00Z").later is None


@pytest.mark.parametrize("start", [preset for preset, _ in PRESETS[:-3]])
def test_wider_is_at_least_four_times_as_long(start: str) -> None:
    narrow = reading(start)
    wide = parse_window(narrow.wider["start"], narrow.wider["end"] or None, NOW_NS)
    assert wide.seconds >= 4 * narrow.window.seconds


def test_unreadable_times_are_refused() -> None:
    with pytest.raises(WindowError):
        reading("yesterday")


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(min_size=1)))
def test_a_url_brings_every_value_back(parameters: dict[str, str]) -> None:
    assert parse_qs(urlsplit(url("/links", **parameters)).query, keep_blank_values=True) == {
        name: [value] for name, value in parameters.items()
    }


def test_urls_leave_out_what_is_empty_and_keep_the_fragment_last() -> None:
    assert url("/links/a/b#slowest", start="-1h", end="", sort=None) == "/links/a/b?start=-1h#slowest"
    assert url("/traces", attribute=["a=1", "b=2"]) == "/traces?attribute=a%3D1&attribute=b%3D2"
