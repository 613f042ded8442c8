"""How sure a small count lets us be. Pure.

Wilson's interval for a share (E. B. Wilson, 1927); for a percentile, the order statistic that is a number of
standard deviations of the binomial rank below it: no assumption about the distribution.
"""

from __future__ import annotations

import math


def share_low(share: float, samples: int, z: float) -> float:
    """The low end of Wilson's interval of a share observed in `samples` trials."""
    if samples <= 0:
        return 0.0
    spread = z * math.sqrt(share * (1.0 - share) / samples + z * z / (4.0 * samples * samples))
    return max(0.0, (share + z * z / (2.0 * samples) - spread) / (1.0 + z * z / samples))


def fraction_low(fraction: float, samples: int, z: float) -> float:
    """The fraction whose quantile is surely not above the true quantile at `fraction`."""
    if samples <= 0:
        return 0.0
    return max(0.0, fraction - z * math.sqrt(fraction * (1.0 - fraction) / samples))
