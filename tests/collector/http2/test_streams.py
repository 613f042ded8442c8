from __future__ import annotations

import pytest

from collector.http2.frames import ConnectionFailed
from collector.http2.streams import Streams


def test_what_ended_early_is_remembered_until_the_client_ends_it_too() -> None:
    streams = Streams()
    streams.cut(1)
    assert streams.was_cut(1, ends=False)
    assert streams.was_cut(1, ends=True)
    assert not streams.was_cut(1, ends=False)


def test_what_is_remembered_is_bounded() -> None:
    streams = Streams()
    for number in range(1, 10_001, 2):
        streams.cut(number)
    assert not streams.was_cut(1, ends=False)
    assert sum(streams.was_cut(number, ends=False) for number in range(1, 10_001, 2)) == 1_000


def test_a_stream_that_was_not_opened_is_idle() -> None:
    streams = Streams()
    streams.last_id = 3
    streams.check_not_idle(3)
    with pytest.raises(ConnectionFailed):
        streams.check_not_idle(5)
