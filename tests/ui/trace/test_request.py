from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.trace.request import VIEWS, TraceRequest, read_trace_request


def test_everything_has_a_default() -> None:
    assert read_trace_request({}) == TraceRequest()


def test_all_of_the_state_is_read() -> None:
    asked = read_trace_request(
        {
            "view": "flame",
            "span": "ab",
            "q": " x ",
            "times": "raw",
            "fold": "1",
            "depth": "2",
            "closed": "a,,b",
            "page": "3",
        }
    )
    assert asked == TraceRequest("flame", "ab", "x", True, True, 2, frozenset("ab"), 3)


@given(
    st.dictionaries(
        st.sampled_from(["view", "span", "q", "times", "fold", "depth", "closed", "page"]), st.text()
    )
)
def test_nothing_written_there_is_an_error(parameters: dict[str, str]) -> None:
    asked = read_trace_request(parameters)
    assert asked.view in VIEWS
    assert asked.page >= 1
