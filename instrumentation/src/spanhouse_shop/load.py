"""People's visits to the storefront, at a steady pace and in the order of the story.

Open loop: a visit leaves when the story says, however long earlier ones take, as with real people. Not
traced: the first span of a trace is the storefront's.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

import httpx

from spanhouse_shop.ports import LOOPBACK
from spanhouse_shop.serving import visit_headers
from spanhouse_shop.story import Story, Visit

# A storefront that hangs must not fill the memory: beyond this, visits are turned away.
_MAX_IN_FLIGHT = 500
_WARM_UP_VISITS = 12
_DRAIN_SECONDS = 2.0
# W3C trace context with the sampled flag off: the services follow it and record nothing.
_UNSAMPLED = {"traceparent": "00-5a6e00000000000000000000000000ff-5a6e0000000000ff-00"}


@dataclass(slots=True)
class Tally:
    """How the visits went so far."""

    answered: int = 0
    failed: int = 0
    turned_away: int = 0

    def __str__(self) -> str:
        """One phrase for the log."""
        text = f"{self.answered} visits answered, {self.failed} failed"
        return f"{text}, {self.turned_away} turned away" if self.turned_away else text


class Load:
    """Sends a story's visits to one storefront."""

    def __init__(self, story: Story, storefront_port: int) -> None:
        self.tally = Tally()
        self._story = story
        self._client = httpx.AsyncClient(
            base_url=f"http://{LOOPBACK}:{storefront_port}", timeout=15.0, trust_env=False
        )
        self._in_flight: set[asyncio.Task[None]] = set()

    async def warm_up(self) -> None:
        """Send some unrecorded visits, so that the first recorded ones do not pay for opening connections."""
        visits = [self._story.visit(-number) for number in range(1, _WARM_UP_VISITS + 1)]
        await asyncio.gather(*(self._send(visit, _UNSAMPLED) for visit in visits))

    async def run(self, started_at: float) -> None:
        """Send visits for ever; `started_at` is the event loop's time of the story's beginning."""
        loop = asyncio.get_running_loop()
        for number in itertools.count():
            visit = self._story.visit(number)
            await asyncio.sleep(started_at + visit.offset_seconds - loop.time())
            if len(self._in_flight) >= _MAX_IN_FLIGHT:
                self.tally.turned_away += 1
                continue
            task = asyncio.create_task(self._count(visit))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)

    async def close(self) -> None:
        """Wait a moment for visits in flight, give up on the rest."""
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=_DRAIN_SECONDS)
        for task in self._in_flight:
            task.cancel()
        await self._client.aclose()

    async def _count(self, visit: Visit) -> None:
        if await self._send(visit, {}):
            self.tally.answered += 1
        else:
            self.tally.failed += 1

    async def _send(self, visit: Visit, headers: dict[str, str]) -> bool:
        path = f"/products/{visit.sku}"
        request = self._client.build_request(
            "POST" if visit.buys else "GET",
            f"{path}/orders" if visit.buys else path,
            headers=headers | visit_headers(visit.number),
        )
        try:
            answer = await self._client.send(request)
        except httpx.HTTPError:
            return False
        return answer.is_success
