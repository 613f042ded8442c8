"""How long each kind of work in the shop takes when all is well, and when the bank is slow.

Pure data and arithmetic: a time is drawn from a log-normal around a median, which gives the long right
tail real services have. The spreads are narrow, so that 15 s of traffic is a usable baseline.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Literal

Work = Literal[
    "storefront",
    "checkout",
    "catalog",
    "catalog-database",
    "payment",
    "bank",
    "inventory",
    "orders-worker",
    "orders-database",
    "mailer",
    "mailhost",
]


@dataclass(frozen=True, slots=True)
class Latency:
    """A log-normal: `median_ms`, and `spread`, the standard deviation of the logarithm.

    The 95th percentile is `median_ms × exp(1.645 × spread)`.
    """

    median_ms: float
    spread: float

    def draw_ms(self, dice: random.Random) -> float:
        """Draw one time; never above 2.5 spreads, so one unlucky draw cannot colour a quiet link."""
        return self.median_ms * math.exp(min(dice.gauss(0.0, self.spread), 2.5 * self.spread))


HEALTHY: dict[Work, Latency] = {
    "storefront": Latency(3.0, 0.25),
    "checkout": Latency(4.0, 0.25),
    "catalog": Latency(2.0, 0.25),
    "catalog-database": Latency(5.0, 0.30),
    "payment": Latency(6.0, 0.25),
    "bank": Latency(29.0, 0.20),
    "inventory": Latency(9.0, 0.25),
    "orders-worker": Latency(2.0, 0.25),
    "orders-database": Latency(3.0, 0.30),
    "mailer": Latency(4.0, 0.25),
    "mailhost": Latency(34.0, 0.20),
}

# p95 goes from about 40 ms to about 800 ms.
SLOW_BANK = Latency(600.0, 0.175)
