from __future__ import annotations

import threading

from query.links.background import Background


def test_it_runs_once_until_it_is_stopped_and_can_be_started_again() -> None:
    running, ended = threading.Semaphore(0), threading.Semaphore(0)

    def run(stopping: threading.Event) -> None:
        running.release()
        stopping.wait()
        ended.release()

    background = Background("test-background", run)
    background.stop()
    for _ in range(2):
        background.start()
        background.start()
        assert running.acquire(timeout=10)
        assert not running.acquire(blocking=False)
        background.stop()
        assert ended.acquire(blocking=False)
