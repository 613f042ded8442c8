from __future__ import annotations

import asyncio
import threading

from collector.completions import Completions, Waiter


async def results(count: int, failing: int) -> list[BaseException | None]:
    """What coroutines of one loop get from a thread that puts so many results."""
    loop = asyncio.get_running_loop()
    completions = Completions(loop)
    waiters = [Waiter(loop) for _ in range(count)]

    def work() -> None:
        for number, waiter in enumerate(waiters):
            completions.put(waiter, OSError("away") if number == failing else None)

    thread = threading.Thread(target=work)
    thread.start()
    found = await asyncio.gather(*(waiter.result for waiter in waiters), return_exceptions=True)
    thread.join()
    return found


def test_each_result_reaches_who_waits_for_it() -> None:
    found = asyncio.run(results(2_000, failing=700))
    assert [number for number, error in enumerate(found) if error is not None] == [700]


def test_a_result_for_somebody_who_no_longer_waits_is_dropped() -> None:
    async def run() -> bool:
        waiter = Waiter(asyncio.get_running_loop())
        waiter.result.cancel()
        waiter.completed(None)
        waiter.completed(OSError("away"))
        return waiter.result.cancelled()

    assert asyncio.run(run())


def test_what_comes_after_the_loop_was_closed_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    completions, waiter = Completions(loop), Waiter(loop)
    loop.close()
    completions.put(waiter, None)
    assert not waiter.result.done()
