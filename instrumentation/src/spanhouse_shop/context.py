"""What a service of the shop is given when it starts running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spanhouse_shop.latency import Work
from spanhouse_shop.story import Story


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """A service's place in the shop: its story, its port, its peers, and when to stop.

    A service calls `announce_ready` once it answers on `port`, and returns soon after `stop` is set.
    """

    story: Story
    port: int
    peer_ports: Mapping[str, int]
    stop: asyncio.Event
    announce_ready: Callable[[], None]

    async def work(self, work: Work, visit_number: int) -> None:
        """Take as long over `work` as the story says."""
        await asyncio.sleep(self.story.work_seconds(work, visit_number))
