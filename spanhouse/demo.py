"""`spanhouse demo`: the server, a shop of real services that sends it traces, and a browser to look."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from spanhouse import server
from spanhouse.process import Addresses
from spanhouse.settings import DemoSettings

logger = logging.getLogger(__name__)

SHOP_STOP_SECONDS = 10.0


def run(settings: DemoSettings) -> None:
    """Runs until Ctrl-C or SIGTERM; nothing of it is left then, unless `--data` names a directory."""
    with ExitStack() as stack:
        if settings.data is None and settings.clickhouse is None:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="spanhouse-demo-"))
            settings = settings.model_copy(update={"data": Path(scratch)})
        server.serve(settings, beside=lambda addresses: _shop(addresses, settings))


@contextmanager
def _shop(addresses: Addresses, settings: DemoSettings) -> Iterator[None]:
    process = subprocess.Popen(shop_command(addresses, settings), stdin=subprocess.DEVNULL)
    try:
        _announce(addresses, settings)
        yield
    finally:
        process.terminate()
        try:
            process.wait(SHOP_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def shop_command(addresses: Addresses, settings: DemoSettings) -> list[str]:
    """The command line that starts the shop."""
    return [
        *(sys.executable, "-m", "spanhouse_shop"),
        *("--otlp-endpoint", f"http://{addresses.otlp_http}"),
        *("--rate", str(settings.rate)),
        *("--seed", str(settings.seed)),
        *("--slow-after", str(settings.slow_after)),
        *("--fail-after", str(settings.fail_after)),
        *("--parent-pid", str(os.getpid())),
    ]


def _announce(addresses: Addresses, settings: DemoSettings) -> None:
    print(
        f"The shop is open; see it at {addresses.ui}\n"
        f"After {settings.slow_after:g} s one link turns slow, "
        f"after {settings.fail_after:g} s another fails. Ctrl-C stops all of it.",
        flush=True,
    )
    if settings.open_browser and _has_screen() and addresses.ui:
        webbrowser.open(addresses.ui)


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
