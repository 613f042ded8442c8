"""What happens to every visit, decided by its number alone.

Pure: no clock, no I/O. Each process of the shop holds an equal Story and is told only a visit's number, so
all of them agree on what the visit does, how long each step takes and whether it fails, without a shared
clock, and the same seed tells the same story again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from spanhouse_shop.latency import HEALTHY, SLOW_BANK, Work

FAILING_SHARE = 0.3
BUYING_SHARE = 0.9
SKUS = ("kettle", "teapot", "mug", "tray", "spoon", "tea-cosy", "strainer", "tin")
# A visit leaves within this share of its slot: an even load, but never in step with anything.
_JITTER = 0.6


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's request to the storefront: look at `sku`, or buy `quantity` of it.

    `offset_seconds` is when it is sent, counted from the start of the story; warm-up visits have a
    negative number and lie before it.
    """

    number: int
    offset_seconds: float
    buys: bool
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment at which the story changes, and the line that tells it."""

    offset_seconds: float
    line: str


@dataclass(frozen=True, slots=True)
class Story:
    """A seed, a pace and the two moments of trouble (`inf`: never)."""

    seed: int
    visits_per_second: float
    slow_after_seconds: float
    fail_after_seconds: float

    def visit(self, number: int) -> Visit:
        """What visit `number` (counted from 0) does and when it is sent."""
        dice = self._dice("visit", number)
        return Visit(
            number=number,
            offset_seconds=(number + _JITTER * dice.random()) / self.visits_per_second,
            buys=dice.random() < BUYING_SHARE,
            sku=dice.choice(SKUS),
            quantity=dice.randint(1, 3),
        )

    def work_seconds(self, work: Work, number: int) -> float:
        """How long `work` for visit `number` takes, apart from the calls it makes."""
        slow = work == "bank" and self.visit(number).offset_seconds >= self.slow_after_seconds
        latency = SLOW_BANK if slow else HEALTHY[work]
        return latency.draw_ms(self._dice(work, number)) / 1_000

    def reservation_fails(self, number: int) -> bool:
        """Whether inventory fails to reserve the goods of visit `number`."""
        if self.visit(number).offset_seconds < self.fail_after_seconds:
            return False
        return self._dice("reservation", number).random() < FAILING_SHARE

    def turns(self) -> list[Turn]:
        """The lines of the story in the order they come true."""
        turns = [
            Turn(0.0, "all links are healthy"),
            Turn(
                self.slow_after_seconds,
                "payment → bank turns slow (p95 40 → 800 ms); payment, checkout and storefront wait for it",
            ),
            Turn(
                self.fail_after_seconds,
                f"checkout → inventory starts failing ({FAILING_SHARE:.0%} of reservations)",
            ),
        ]
        return sorted(turns, key=lambda turn: turn.offset_seconds)

    def _dice(self, about: str, number: int) -> random.Random:
        # Seeding by text goes through SHA-512, so neighbouring numbers give unrelated dice on every run.
        return random.Random(f"{self.seed}/{about}/{number}")
