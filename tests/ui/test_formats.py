from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import formats

DURATION = re.compile(r"^(\d{1,3}|\d{1,2}\.\d{1,2}) (ns|µs|ms|s|min|h)$")
MS_OF = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (812, "812 ms"),
        (1_240, "1.24 s"),
        (0, "0 ms"),
        (None, "–"),
        (0.0005, "500 ns"),
        (0.81, "810 µs"),
        (12.34, "12.3 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (59_990, "1.00 min"),
        (90_000, "1.50 min"),
        (7_200_000, "2.00 h"),
        (8.64e7 * 3, "3.00 d"),
        (-2.5, "−2.50 ms"),
    ],
)
def test_durations_read_as_in_the_style_guide(ms: float | None, text: str) -> None:
    assert formats.duration(ms) == text


@given(st.floats(min_value=1e-6, max_value=8.6e7))
def test_a_duration_keeps_three_digits_and_its_value(ms: float) -> None:
    text = formats.duration(ms)
    assert DURATION.match(text) or text.endswith(" d")
    number, unit = text.split()
    assert float(number) * MS_OF[unit] == pytest.approx(ms, rel=0.0051)


@given(st.floats(min_value=1e-6, max_value=1e9), st.floats(min_value=1e-6, max_value=1e9))
def test_a_longer_duration_never_reads_shorter(one: float, other: float) -> None:
    def value(ms: float) -> float:
        number, unit = formats.duration(ms).replace(",", "").split()
        return float(number) * MS_OF[unit]

    low, high = sorted((one, other))
    assert value(low) <= value(high) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(4.1, "4.1/s"), (0, "0/s"), (1_240.4, "1,240/s"), (0.05, "3/min"), (0.0005, "1.8/h"), (99.96, "100/s")],
)
def test_rates(per_second: float, text: str) -> None:
    assert formats.rate(per_second) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0097, "0.97 %"),
        (0.082203, "8.22 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.00001, "< 0.01 %"),
        (0.99999, "> 99.9 %"),
        (0.5, "50 %"),
    ],
)
def test_percents(share: float, text: str) -> None:
    assert formats.percent(share) == text


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_only_nothing_is_0_and_only_all_is_100_percent(share: float) -> None:
    assert formats.percent(share) not in ("0 %", "100 %")


@pytest.mark.parametrize(
    ("ratio", "text"), [(5.107, "5.1×"), (1, "1.0×"), (0.98, "1.0×"), (38.2, "38×"), (1_234, "1,234×")]
)
def test_multiples(ratio: float, text: str) -> None:
    assert formats.multiple(ratio) == text


@pytest.mark.parametrize(
    ("seconds_ago", "text"),
    [
        (0, "now"),
        (59, "59 s ago"),
        (120, "2 min ago"),
        (7_300, "2 h ago"),
        (200_000, "2 d ago"),
        (-3, "in 3 s"),
    ],
)
def test_ages(seconds_ago: int, text: str) -> None:
    now_ns = 1_795_358_700 * formats.NS_PER_S
    assert formats.age(now_ns - seconds_ago * formats.NS_PER_S, now_ns) == text


def test_absolute_times_say_their_zone() -> None:
    assert formats.absolute(1_795_358_700_123_456_789) == "2026-11-22 14:45:00.123 UTC"
    assert formats.clock(1_795_358_700_123_456_789) == "14:45"


def test_counts_and_nouns() -> None:
    assert formats.count(41_203) == "41,203"
    assert formats.plural(1, "call") == "1 call"
    assert formats.plural(2, "query", "queries") == "2 queries"


@given(st.text(), st.integers(min_value=3, max_value=40))
def test_shortened_names_keep_both_ends(text: str, length: int) -> None:
    short = formats.shortened(text, length)
    assert len(short) <= max(length, 3)
    if len(text) <= length:
        assert short == text
    else:
        head, _, tail = short.partition("…") if "…" not in text else (short[:1], "", "")
        assert text.startswith(head)
        assert text.endswith(tail)


@given(st.text())
def test_nothing_on_a_page_hides_or_turns_around(text: str) -> None:
    shown = formats.visible(text)
    assert not any(
        unicodedata.bidirectional(one) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or (unicodedata.category(one) == "Cc" and one not in "\t\n\r")
        for one in shown
    )
    assert formats.visible(shown) == shown


def test_characters_that_turn_text_around_are_written_out() -> None:
    assert formats.visible("\u202egnp.exe\x1b[31m\n") == "\\u202egnp.exe\\u001b[31m\n"
    assert formats.visible("مرحبا 🧨👨‍👩‍👧") == "مرحبا 🧨👨‍👩‍👧"


def test_a_sentence_names_at_most_a_line() -> None:
    assert len(formats.named("L" * 100_000)) == formats.MOST_NAMED
    assert formats.named("checkout") == "checkout"
