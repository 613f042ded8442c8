"""Which part of the service map lies around one service. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def within(pairs: Iterable[tuple[str, str]], service: str, depth: int) -> set[str]:
    """Services within `depth` calls of `service`, in either direction, itself included.

    Args:
        pairs: (caller, callee) of every link.
        service: Where to start.
        depth: How many links to follow, 0 or more.
    """
    neighbours: dict[str, set[str]] = {}
    for caller, callee in pairs:
        neighbours.setdefault(caller, set()).add(callee)
        neighbours.setdefault(callee, set()).add(caller)
    reached = {service}
    edge = {service}
    for _ in range(depth):
        edge = {near for one in edge for near in neighbours.get(one, ())} - reached
        if not edge:
            break
        reached |= edge
    return reached
