from __future__ import annotations

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.http2.frames import Code, ConnectionFailed, header_block
from collector.http2.header_decoder import HeaderDecoder

NAMES = st.sampled_from(
    [":method", ":path", "content-type", "te", "grpc-timeout", "user-agent", "x-a", "x-b", "x" * 300]
)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=600)
BLOCKS = st.lists(st.lists(st.tuples(NAMES, VALUES, st.booleans()), max_size=8), min_size=1, max_size=12)


@given(blocks=BLOCKS, huffman=st.booleans(), table_sizes=st.lists(st.integers(0, 4096), max_size=3))
def test_it_reads_what_hpack_writes(
    blocks: list[list[tuple[str, str, bool]]], huffman: bool, table_sizes: list[int]
) -> None:
    encoder, decoder = hpack.Encoder(), HeaderDecoder(1 << 20)
    # Repeated ones are written as the same bytes again, or as others when the table has changed meanwhile.
    for number, block in enumerate([one for one in blocks for _ in range(3)] + blocks):
        if number < len(table_sizes):
            encoder.header_table_size = table_sizes[number]
        written = encoder.encode([hpack.HeaderTuple(n, v) for n, v, _ in block], huffman=huffman)
        assert decoder.decode(bytes(written)) == tuple((name, value) for name, value, _ in block)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(block: bytes) -> None:
    try:
        HeaderDecoder(1000).decode(block)
    except ConnectionFailed as failed:
        assert failed.code is Code.COMPRESSION_ERROR


@given(st.binary(max_size=60))
def test_it_refuses_what_hpack_refuses_and_reads_the_same(block: bytes) -> None:
    try:
        expected = hpack.Decoder().decode(block, raw=True)
    except hpack.HPACKError:
        with pytest.raises(ConnectionFailed):
            HeaderDecoder(1 << 20).decode(block)
    else:
        read = HeaderDecoder(1 << 20).decode(block)
        assert read == tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in expected)


def test_our_own_blocks_read_back_at_any_length() -> None:
    headers = [(b"x", b"v" * size) for size in (0, 1, 126, 127, 128, 254, 255, 5000)]
    decoder = hpack.Decoder(1 << 20)
    for name, value in headers:
        assert decoder.decode(header_block([(name, value)]), raw=True) == [(name, value)]


def test_a_small_block_cannot_name_a_large_entry_without_end() -> None:
    decoder = HeaderDecoder(16 * 1024)
    decoder.decode(b"\x40\x01x\x7f\x81\x1d" + b"v" * 3840)
    assert decoder.decode(b"\xbe" * 100) is None
    assert decoder.decode(b"\xbe") == (("x", "v" * 3840),)
