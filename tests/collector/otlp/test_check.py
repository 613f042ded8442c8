from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.limits import Limits
from collector.otlp.check import RequestChecker, without_invalid_spans
from collector.refusal import Invalid, Reason, TooLarge
from tests.collector.builders import attributes, request_of, span, trace_request
from tests.collector.corpus import attribute, ids, legal_oddities, nested_arrays, nested_maps, wrap

checker = RequestChecker(Limits())
trace_ids = st.sampled_from([b"", bytes(16), b"a" * 16, b"a" * 15, b"a" * 17, bytes(15) + b"b"])
span_ids = st.sampled_from([b"", bytes(8), b"c" * 8, b"c" * 9, bytes(7) + b"d"])


def test_what_sdks_send_goes_on_as_the_same_object() -> None:
    request = trace_request(100)
    checked = checker.check(request)
    assert checked.request is request
    assert (checked.span_count, checked.rejected, checked.message) == (100, {}, "")


@given(st.lists(st.tuples(trace_ids, span_ids), max_size=6))
def test_invalid_ids_are_counted_exactly(pairs: list[tuple[bytes, bytes]]) -> None:
    request = request_of(*(span(trace_id=trace, span_id=one) for trace, one in pairs)).SerializeToString()
    bad = sum(len(trace) != 16 or not any(trace) or len(one) != 8 or not any(one) for trace, one in pairs)
    checked = checker.check(request)
    assert (checked.span_count, checked.rejected_count) == (len(pairs), bad)
    assert checked.accepted_count == len(pairs) - bad
    stored, taken_out = without_invalid_spans(request)
    assert taken_out == bad
    assert checker.check(stored).span_count == len(pairs) - bad
    if bad:
        assert checked.request == stored


def test_one_span_cannot_cover_for_another_by_naming_its_ids_twice() -> None:
    twice, never = ids() + ids(), b""
    assert checker.check(wrap(twice, never)).rejected == {Reason.INVALID_IDS: 1}


def test_oddities_are_made_canonical_once() -> None:
    """What the check rewrote, it leaves alone when it sees it again."""
    for name, request in legal_oddities().items():
        once = checker.check(request)
        assert checker.check(once.request).request == once.request, name


def test_too_many_spans_are_too_large() -> None:
    with pytest.raises(TooLarge):
        RequestChecker(Limits(max_spans_per_request=3)).check(trace_request(4))
    assert RequestChecker(Limits(max_spans_per_request=3)).check(trace_request(3)).span_count == 3


@pytest.mark.parametrize("nested", [nested_arrays, nested_maps])
def test_values_nested_too_deeply_are_invalid(nested: object) -> None:
    assert callable(nested)
    limited = RequestChecker(Limits(max_nesting_depth=10))
    assert limited.check(wrap(ids() + attribute(nested(10)))).span_count == 1
    for depth in (11, 24, 40, 5000):
        with pytest.raises(Invalid):
            limited.check(wrap(ids() + attribute(nested(depth))))


@pytest.mark.parametrize("place", ["resource", "event", "link"])
def test_nesting_counts_everywhere(place: str) -> None:
    deep: object = "x"
    for _ in range(6):
        deep = [deep]
    one = span()
    request = request_of(one, resource={"r": deep} if place == "resource" else None)
    carrier = request.resource_spans[0].scope_spans[0].spans[0]
    if place == "event":
        carrier.events.add().attributes.extend(attributes({"e": deep}))
    elif place == "link":
        carrier.links.add().attributes.extend(attributes({"e": deep}))
    with pytest.raises(Invalid) as caught:
        RequestChecker(Limits(max_nesting_depth=5)).check(request.SerializeToString())
    assert caught.value.reason is Reason.TOO_DEEP


def test_text_that_is_not_utf8_is_mended_and_its_neighbours_kept() -> None:
    one, other = ids(), ids() + b"\x2a\x01a"
    checked = checker.check(wrap(one + b"\x2a\x02\xff\xfe", other))
    assert checked.span_count == checked.accepted_count == 2
    assert checked.request == wrap(one + b"\x2a\x06\xef\xbf\xbd\xef\xbf\xbd", other)


@given(st.binary(max_size=200))
def test_any_bytes_are_either_checked_or_refused(request: bytes) -> None:
    try:
        assert checker.check(request).span_count >= 0
    except Invalid as refusal:
        assert refusal.message
