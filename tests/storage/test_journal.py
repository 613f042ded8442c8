from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.journal import Journal, JournalEntry, length_prefixed


def entry(*requests: bytes) -> JournalEntry:
    return JournalEntry.of(dict(enumerate(requests, start=1)))


@given(st.dictionaries(st.integers(0, 2**128 - 1), st.binary(max_size=300), min_size=1, max_size=5))
def test_what_is_encoded_comes_back(by_hash: dict[int, bytes]) -> None:
    made = JournalEntry.of(by_hash)
    assert JournalEntry.decode(made.token, made.encode()) == made


@given(st.data())
def test_a_torn_or_changed_file_is_no_entry(data: st.DataObject) -> None:
    made = entry(b"abc", b"defgh")
    content = made.encode()
    cut = data.draw(st.integers(0, len(content) - 1))
    assert JournalEntry.decode(made.token, content[:cut]) is None
    flipped = bytearray(content)
    flipped[cut] ^= 0x10
    assert JournalEntry.decode(made.token, bytes(flipped)) is None


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_length_prefixes_are_varints(messages: list[bytes]) -> None:
    joined, found = length_prefixed(messages), []
    while joined:
        size = shift = position = 0
        while True:
            byte = joined[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found.append(joined[position : position + size])
        joined = joined[position + size :]
    assert found == messages


def test_leftovers_are_found_until_removed(tmp_path: Path) -> None:
    first, second = entry(b"first"), entry(b"second", b"third")
    journal = Journal(tmp_path / "journal")
    journal.add(first)
    journal.add(second)
    (tmp_path / "journal" / "torn.block").write_bytes(b"SPHJ1\n")
    found = Journal(tmp_path / "journal").leftover()
    assert {kept.token for kept in found} == {first.token, second.token}
    for kept in found:
        journal.remove(kept)
    assert list((tmp_path / "journal").iterdir()) == []


def test_without_a_directory_nothing_is_kept() -> None:
    journal = Journal(None)
    journal.add(entry(b"x"))
    assert journal.leftover() == []


def test_the_token_depends_on_every_request() -> None:
    assert entry(b"a", b"b").token == JournalEntry.of({1: b"a", 2: b"b"}).token
    assert JournalEntry.of({1: b"a"}).token != JournalEntry.of({2: b"a"}).token


@pytest.mark.parametrize("size", [127, 128, 16_384, 2_097_152])
def test_long_messages_get_long_prefixes(size: int) -> None:
    assert len(length_prefixed([bytes(size)])) - size == (size.bit_length() + 6) // 7
