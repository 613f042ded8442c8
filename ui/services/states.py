"""How services fare in the eyes of those who call them.

Pure. The query side judges a service by its own errors; whether it is slow is known of links, each against
its own baseline. A page about services says the worse of the two, as the map does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from query.model.link import DependencyLink, Status
from query.model.service import ServiceFigures
from ui.map.wording import in_trouble, worst_first

RANK: dict[Status, int] = {"failing": 0, "slow": 1, "ok": 2, "quiet": 3}


def as_called(services: Sequence[ServiceFigures], links: Iterable[DependencyLink]) -> list[ServiceFigures]:
    """The services, each as red as the worst link that leads to it from another."""
    worst: dict[str, Status] = {}
    for link in links:
        if in_trouble(link) and link.caller != link.callee:
            worst[link.callee] = min(worst.get(link.callee, link.status), link.status, key=RANK.__getitem__)
    return [
        replace(one, status=min(one.status, worst.get(one.service, one.status), key=RANK.__getitem__))
        for one in services
    ]


def troubled(links: Sequence[DependencyLink]) -> list[DependencyLink]:
    """The slow and failing ones, worst first."""
    return [link for link in worst_first(links) if in_trouble(link)]
