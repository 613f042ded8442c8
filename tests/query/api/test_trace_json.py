from __future__ import annotations

from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query.api.trace_json import trace_json
from query.traces.assembly import trace_of
from query.traces.rebuilt import RebuiltTrace, rebuild
from tests.query.traces.frames import frame_of

TEXTS = ["", "plain", 'a "quote"', "back\\slash", "line\nand tab\t\0\x1f\x7f", "\u2028 <b>", "schön 🙂"]
START_NS = 1_795_366_200_000_000_000

texts = st.sampled_from(TEXTS)
stored_values = st.sampled_from(
    [
        "1",
        "-0",
        "007",
        "9223372036854775808",
        "1.5",
        "1e300",
        "nan",
        "-inf",
        "true",
        "[1,{}]",
        '{"k":[]}',
        *TEXTS,
    ]
)


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[tuple[str, str]], str]:
    """Entries as stored, and their letters, which need not fit."""
    names = draw(st.lists(st.sampled_from(["a", 'b"', "c", ""]), max_size=4))
    letters = draw(
        st.sampled_from(["", "s" * len(names), "".join(draw(st.sampled_from("sbidxeamAM?")) for _ in names)])
    )
    return [(name, draw(stored_values)) for name in names], letters


@st.composite
def sketches(draw: st.DrawFn) -> dict[str, Any]:
    """What a span says, but for its id and its parent."""
    attributes, resource, scope = draw(maps()), draw(maps()), draw(maps())
    events = draw(st.lists(st.tuples(st.integers(0, 10), texts, maps()), max_size=2))
    links = draw(st.lists(st.tuples(texts, texts, texts, maps()), max_size=2))
    return {
        "ServiceName": draw(texts),
        "SpanName": draw(texts),
        "SpanKind": draw(
            st.sampled_from(["Server", "SPAN_KIND_CLIENT", "Internal", "", "Producer", "consumer"])
        ),
        "Timestamp": START_NS + draw(st.integers(0, 10**10)),
        "Duration": draw(st.sampled_from([0, 1, 999_999, 12_413_045, 1 << 53, (1 << 62) + 1])),
        "StatusCode": draw(st.sampled_from(["Unset", "Ok", "STATUS_CODE_ERROR", "?"])),
        "StatusMessage": draw(texts),
        "TraceState": draw(texts),
        "Flags": draw(st.sampled_from([0, 0x101, 0xFFFFFFFF])),
        "SpanAttributes": attributes[0],
        "SpanAttributeTypes": attributes[1],
        "ResourceHash": hash(repr(resource)) & 0xFFFFFFFFFFFFFFFF,
        "ResourceAttributes": resource[0],
        "ResourceAttributeTypes": resource[1],
        "ScopeName": draw(texts),
        "ScopeVersion": draw(texts),
        "ScopeAttributes": scope[0],
        "ScopeAttributeTypes": scope[1],
        "Events.Timestamp": [START_NS + after_ns for after_ns, _, _ in events],
        "Events.Name": [name for _, name, _ in events],
        "Events.Attributes": [entries for _, _, (entries, _) in events],
        "EventAttributeTypes": draw(st.sampled_from([[], [letters for _, _, (_, letters) in events]])),
        "Links.TraceId": [trace_id for trace_id, _, _, _ in links],
        "Links.SpanId": [span_id for _, span_id, _, _ in links],
        "Links.TraceState": [state for _, _, state, _ in links],
        "Links.Attributes": [entries for _, _, _, (entries, _) in links],
        "LinkAttributeTypes": [letters for _, _, _, (_, letters) in links],
    }


def trace(spans: list[dict[str, Any]]) -> RebuiltTrace:
    rebuilt = rebuild("ab" * 16, frame_of(spans), START_NS + 10**12)
    assert rebuilt is not None
    return rebuilt


@settings(max_examples=25, deadline=None)
@given(
    st.lists(sketches(), min_size=1, max_size=5),
    st.sampled_from([60, 300]),
    st.randoms(use_true_random=False),
)
def test_columns_are_printed_as_the_objects_are(
    few: list[dict[str, Any]], times: int, random: Random
) -> None:
    spans = [
        {
            **sketch,
            "SpanId": f"{number:x}" + random.choice(TEXTS),
            "ParentSpanId": random.choice(["", "unknown", f"{random.randrange(number + 1):x}"]),
        }
        for number, sketch in enumerate(few * times)
    ]
    rebuilt = trace(spans)
    assert bytes(trace_json(rebuilt)) == orjson.dumps(trace_of(rebuilt), default=list)


@pytest.mark.parametrize("count", [1, 299, 300, 301])
def test_traces_of_any_size_are_whole(count: int) -> None:
    spans = [
        {"SpanId": f"{number:016x}", "ParentSpanId": f"{number // 2:016x}"} for number in range(1, count + 1)
    ]
    rebuilt = trace(spans)
    assert orjson.loads(trace_json(rebuilt)) == orjson.loads(orjson.dumps(trace_of(rebuilt), default=list))
    assert orjson.loads(trace_json(rebuilt))["span_count"] == count
