from __future__ import annotations

import pytest

from collector.http2.frames import Code, ConnectionFailed
from collector.http2.header_block import MAX_BLOCK_BYTES, HeaderBlock


def test_it_is_what_its_frames_carry_in_their_order() -> None:
    block = HeaderBlock(3, 1, b"ab")
    block.add(3, b"")
    block.add(3, b"c")
    assert (block.stream_id, block.flags, block.whole()) == (3, 1, b"abc")


def test_frames_of_another_stream_are_a_mistake() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        HeaderBlock(3, 0, b"").add(5, b"x")
    assert caught.value.code is Code.PROTOCOL_ERROR


def test_it_does_not_grow_without_end() -> None:
    block = HeaderBlock(3, 0, b"x")
    block.add(3, bytes(MAX_BLOCK_BYTES - 1))
    with pytest.raises(ConnectionFailed) as caught:
        block.add(3, b"x")
    assert caught.value.code is Code.ENHANCE_YOUR_CALM
