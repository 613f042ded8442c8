"""A thread that does something again and again until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Background:
    """One daemon thread.

    Args:
        name: Of the thread.
        run: What it does; returns soon after its event is set, which also serves for pauses.
    """

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self._name = name
        self._run = run
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread; a second call does nothing."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(
                target=self._run, args=(self._stopping,), name=self._name, daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stops after what is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
