from __future__ import annotations

import io

from spanhouse_shop.voice import Voice


def test_the_story_is_told_with_its_moments() -> None:
    stream = io.StringIO()
    Voice(stream).say_at(20.0, "payment → bank turns slow")
    assert stream.getvalue() == "shop: 20 s: payment → bank turns slow\n"


def test_a_child_that_repeats_itself_is_heard_once() -> None:
    stream = io.StringIO()
    voice = Voice(stream)
    for name in ("bank", "bank", "payment"):
        voice.relay(name, "nobody listens at the endpoint")
    voice.relay("bank", "")
    assert stream.getvalue().splitlines() == [
        "shop [bank] nobody listens at the endpoint",
        "shop [payment] nobody listens at the endpoint",
    ]


def test_a_talkative_child_cannot_silence_the_supervisor() -> None:
    stream = io.StringIO()
    voice = Voice(stream)
    for number in range(1_000):
        voice.relay("bank", f"line {number}")
    voice.say("closing")
    lines = stream.getvalue().splitlines()
    assert len(lines) < 300
    assert lines[-1] == "shop: closing"
