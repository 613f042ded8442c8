from __future__ import annotations

import logging
import os
import threading

import pytest

from spanhouse.warm_up import WarmUp


def done(warm_up: WarmUp, last: threading.Event) -> None:
    warm_up.start()
    assert last.wait(20)
    warm_up.stop()


def test_all_steps_are_done_in_order_and_give_way() -> None:
    seen: list[str] = []
    last = threading.Event()

    def niceness() -> None:
        seen.append(f"nice {os.getpriority(os.PRIO_PROCESS, threading.get_native_id())}")

    usual = os.getpriority(os.PRIO_PROCESS, 0)
    done(WarmUp([lambda: seen.append("first"), niceness, last.set]), last)
    assert seen == ["first", f"nice {max(usual, 4)}"]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual


def test_a_step_that_fails_is_said_and_the_rest_is_done(caplog: pytest.LogCaptureFixture) -> None:
    last = threading.Event()

    def broken() -> None:
        raise OSError("no such template")

    with caplog.at_level(logging.ERROR):
        done(WarmUp([broken, last.set]), last)
    assert "no such template" in caplog.text


def test_stopping_leaves_the_rest_out_and_waits_for_no_long_step() -> None:
    began, end, later = threading.Event(), threading.Event(), threading.Event()

    def long() -> None:
        began.set()
        end.wait(20)

    warm_up = WarmUp([long, later.set])
    warm_up.start()
    assert began.wait(20)
    warm_up.stop()
    assert not end.is_set()
    end.set()
    assert not later.wait(0.2)


def test_stopping_what_never_began_is_nothing() -> None:
    WarmUp([]).stop()
