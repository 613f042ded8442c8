"""Up to which second of arrival everything that has arrived can be read. Pure."""

from __future__ import annotations

from query.model.window import NS_PER_S
from storage.links import Clock

# Longer than an INSERT of somebody else takes to become visible.
VISIBLE_AFTER_SECONDS = 5
# Our own may take longer; for so long the log tells. A bundle that stays there longer is stuck: nobody is
# unpacking it, so its spans have not arrived yet.
LONGEST_UNPACKING_SECONDS = 120


def all_read_before(
    clock: Clock,
    *,
    waited_seconds: int = VISIBLE_AFTER_SECONDS,
    longest_unpacking_seconds: int = LONGEST_UNPACKING_SECONDS,
) -> int:
    """The second before which nothing arrives any more, for who reads after the clock was read.

    Args:
        clock: Of the store.
        waited_seconds: How long an INSERT takes to become visible.
        longest_unpacking_seconds: What is in the log for longer has not arrived yet.
    """
    now = clock.now_ns // NS_PER_S
    return min(now - waited_seconds, max(clock.unpacking_since, now - longest_unpacking_seconds))
