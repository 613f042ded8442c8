from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.trace.shop import shop_trace, span_id
from ui.formats import visible
from ui.trace.columns import ERROR, columns_json, trace_columns
from ui.trace.view import build_view

VIEW = build_view(shop_trace())


def test_every_span_has_a_place_in_every_column() -> None:
    columns = trace_columns(VIEW)
    for name in ("id", "service", "name", "depth", "start", "duration", "self", "flags"):
        assert len(columns[name]) == 17
    at = columns["id"].index(span_id("p1"))
    assert columns["services"][columns["service"][at]] == "payment"
    assert columns["flags"][at] & ERROR
    assert columns["calls"][at] == [968_000_000, 17_000_000, ""]
    assert columns["server"][at] == (219_000_000, 1_187_000_000)
    assert columns["folds"] == [[5, 6, 7, 8]]


@given(st.text(max_size=40))
def test_no_name_can_end_the_script_element_it_stands_in(name: str) -> None:
    trace = shop_trace()
    spans = [replace(trace.spans[0], name=f"</script><!--{name}"), *trace.spans[1:]]
    text = columns_json(build_view(replace(trace, spans=spans)))
    assert not set("<>&") & set(text)
    assert json.loads(text)["names"][0] == visible(f"</script><!--{name}")
