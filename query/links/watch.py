"""Keeps a look at the store ready while people ask, so that their questions do not wait for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from query.links.background import Background
from query.links.source import LinkSource
from storage.errors import StorageError

logger = logging.getLogger(__name__)

# After the last question, nobody looks any more.
ASKED_SECONDS = 15.0
# A look is renewed at half of the time that it serves, so that the next is ready when that is over.
RENEWED_AT = 0.5
# Looks take a third of one thread's time at most; when they take long, questions do the rest.
REST_PER_BUSY_SECOND = 2.0
_STEP_SECONDS = 0.1


class LinkWatch:
    """A thread that looks in advance; `start` and `stop` it.

    Args:
        source: What looks.
        clock: Current Unix time in nanoseconds.
        renewed_at: Part of the time a look serves after which the next is made.
    """

    def __init__(
        self, source: LinkSource, clock: Callable[[], int] = time.time_ns, *, renewed_at: float = RENEWED_AT
    ) -> None:
        self._source = source
        self._clock = clock
        self._older_than = source.settings.remembered_seconds * renewed_at
        self._background = Background("link-watch", self._run)

    def start(self) -> None:
        """Starts the thread; a second call does nothing."""
        self._background.start()

    def stop(self) -> None:
        """Stops after the look that is under way."""
        self._background.stop()

    def _run(self, stopping: threading.Event) -> None:
        pause = _STEP_SECONDS
        while not stopping.wait(pause):
            began = time.monotonic()
            try:
                self._source.watch(
                    self._clock(), asked_seconds=ASKED_SECONDS, older_than_seconds=self._older_than
                )
            except StorageError as error:
                # The next question meets the same and says so to whoever asked.
                logger.debug("no look at what has arrived: %s", error)
            except Exception:
                logger.exception("looking at what has arrived failed, trying again")
            pause = max(_STEP_SECONDS, REST_PER_BUSY_SECOND * (time.monotonic() - began))
