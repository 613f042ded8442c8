"""Does small things in the background that somebody would wait for later, and gives way to the rest."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

# As what is unpacked beside questions (`os_thread_priority` of ClickHouse): lower, but a step that holds the
# interpreter's lock must get on, or others wait for it.
_NICE = 4
# Between steps, so that requests find the interpreter free most of the time.
_PAUSE_SECONDS = 0.02
# A step that lasts longer is left behind: the thread does not keep the process from ending.
_STOP_SECONDS = 0.3


class WarmUp:
    """One pass over some steps in a thread of its own.

    Args:
        steps: What to do; one that fails is logged and left to whoever needs it.
    """

    def __init__(self, steps: Sequence[Callable[[], object]]) -> None:
        self._steps = steps
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warm-up", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Leaves out the steps that are left; may be called without a start."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        for step in self._steps:
            if self._stopping.wait(_PAUSE_SECONDS):
                return
            try:
                step()
            except Exception:
                logger.exception("could not prepare something for later")
