"""When a process ends: SIGTERM and Ctrl-C ask it to, a second one insists."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

logger = logging.getLogger(__name__)


class StopRequest:
    """Set by SIGTERM or SIGINT. Install in the main thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def install(self) -> None:
        """Takes over both signals; after the first, the next one ends the process at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def request(self) -> None:
        """Does what a signal does."""
        self._event.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Waits until the process should end, or `seconds` have passed; returns whether it should."""
        return self._event.wait(seconds)

    @property
    def requested(self) -> bool:
        """Whether the process should end."""
        return self._event.is_set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        self._event.set()
