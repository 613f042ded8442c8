from __future__ import annotations

import pytest

from collector.http2.frames import StreamFailed
from collector.http2.request_headers import check_trailers, checked_headers, promised_bytes

GOOD = [(":method", "POST"), (":scheme", "http"), (":path", "/x"), ("te", "trailers"), ("x-a", "1")]


def test_headers_by_name_the_last_of_each() -> None:
    pairs = [*GOOD, (":authority", "host")][-1:] + GOOD + [("x-a", "2")]
    assert checked_headers(pairs) == {":authority": "host", **dict(GOOD), "x-a": "2"}


@pytest.mark.parametrize(
    "pairs",
    [
        [*GOOD, (":authority", "late")],
        [(":status", "200"), *GOOD],
        [(":protocol", "x"), *GOOD],
        [(":path", "/y"), *GOOD],
        GOOD[1:],
        [GOOD[0], *GOOD[2:]],
        [*GOOD[:2], *GOOD[3:]],
        [*GOOD[:2], (":path", ""), *GOOD[3:]],
        [*GOOD, ("X-A", "1")],
        [*GOOD, ("", "1")],
        [*GOOD, ("connection", "close")],
        [*GOOD, ("transfer-encoding", "chunked")],
        [*GOOD[:3], ("te", "gzip")],
    ],
)
def test_malformed_headers_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(StreamFailed):
        checked_headers(pairs)


def test_trailers_have_no_pseudo_headers() -> None:
    check_trailers([("x-checksum", "1")])
    with pytest.raises(StreamFailed):
        check_trailers([(":path", "/x")])


def test_a_length_is_a_number_of_digits() -> None:
    assert promised_bytes({}) is None
    assert promised_bytes({"content-length": "012"}) == 12
    for wrong in ("", "-1", "1.5", "\u0661", "9" * 5000):
        with pytest.raises(StreamFailed):
            promised_bytes({"content-length": wrong})
