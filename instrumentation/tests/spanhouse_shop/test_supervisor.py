"""How the shop ends: asked to, by a failure, or because whoever started it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from spanhouse_shop.roster import ROSTER

from instrumentation.tests.shop_run import ShopRun, kill_if_there, shop_run, wait_until, wait_until_gone

# Nobody listens there: these tests are not about spans.
NOWHERE = ("--otlp-endpoint", "http://127.0.0.1:9")


def _children(run: ShopRun) -> dict[str, int]:
    run.wait_for_line("starting")
    wait_until(lambda: len(run.child_pids()) == len(ROSTER), lambda: "every child")
    return run.child_pids()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_ends_everything_with_code_0(number: signal.Signals) -> None:
    with shop_run(*NOWHERE) as run:
        children = _children(run)
        run.process.send_signal(number)
        assert run.process.wait(20) == 0
        wait_until_gone(children)


def test_a_child_that_fails_is_named_and_ends_the_shop_with_code_1() -> None:
    with shop_run(*NOWHERE) as run:
        children = _children(run)
        os.kill(children["payment"], signal.SIGKILL)
        assert run.process.wait(20) == 1
        wait_until_gone(children)
        run.wait_for_line("payment ended by itself with code -9")


def test_no_child_outlives_a_killed_supervisor() -> None:
    with shop_run(*NOWHERE) as run:
        children = _children(run)
        # While it starts, a child would already die of having nobody to tell that it is ready.
        run.wait_for_line("open")
        run.process.kill()
        try:
            wait_until_gone(children)
        finally:
            for pid in children.values():
                kill_if_there(pid)


def test_the_shop_does_not_outlive_the_parent_it_was_told_of() -> None:
    starter = (
        "import os, subprocess, sys;"
        "shop = subprocess.Popen([sys.executable, '-m', 'spanhouse_shop', *sys.argv[1:],"
        " '--parent-pid', str(os.getpid())], stderr=subprocess.DEVNULL);"
        "print(shop.pid, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", starter, *NOWHERE], stdout=subprocess.PIPE, text=True, timeout=30
    )
    supervisor = {"shop": int(parent.stdout)}
    try:
        wait_until_gone(supervisor)
    finally:
        # Its children follow it, as the test above shows.
        kill_if_there(supervisor["shop"])
