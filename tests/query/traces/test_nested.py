from __future__ import annotations

from query.traces.nested import events_of, links_of
from tests.query.traces.frames import frame_of


def test_every_span_gets_its_own_events_and_rows_without_letters_are_strings() -> None:
    named = [
        {"Events.Timestamp": [1, 2], "Events.Name": ["a", "b"], "Events.Attributes": [[("n", "1")], []]},
        {},
        {
            "Events.Timestamp": [3],
            "Events.Name": ["c"],
            "Events.Attributes": [[("n", "2")]],
            "EventAttributeTypes": ["i"],
        },
    ]
    found = [
        [(one.time_unix_nano, one.name, one.attributes) for one in own] for own in events_of(frame_of(named))
    ]
    assert found == [[("1", "a", {"n": "1"}), ("2", "b", {})], [], [("3", "c", {"n": 2})]]


def test_every_span_gets_its_own_links() -> None:
    linked = {
        "Links.TraceId": ["aa"],
        "Links.SpanId": ["bb"],
        "Links.TraceState": ["k=v"],
        "Links.Attributes": [[]],
        "LinkAttributeTypes": [""],
    }
    [none, [link]] = links_of(frame_of([{}, linked]))
    assert none == []
    assert (link.trace_id, link.span_id, link.trace_state, link.attributes) == ("aa", "bb", "k=v", {})
