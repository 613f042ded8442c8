"""Ends a child whose supervisor is gone, however the supervisor died.

The supervisor holds the other end of the child's standard input and never writes to it, so end of file
means that it no longer exists.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 3.0


def hold_lifeline() -> None:
    """Watch standard input from a thread; at its end ask this process to stop, then make it."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
