"""The sentences of the list of services and of one service's page. Pure text; templates escape it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from query.model.service import ServiceFigures, SlaRow
from ui.formats import NO_FIGURE, duration, named, percent, plural, rate
from ui.services.states import RANK


def worst_services_first(services: Sequence[ServiceFigures]) -> list[ServiceFigures]:
    """Failing, then slow, then the rest by how much they are called."""
    return sorted(services, key=lambda one: (RANK[one.status], -one.calls, one.service))


def list_sentence(services: Sequence[ServiceFigures], phrase: str) -> str:
    """The state of all services in one sentence."""
    troubled = [one for one in worst_services_first(services) if one.status in ("failing", "slow")]
    if not services:
        return f"No service sent spans in this window ({phrase})."
    if not troubled:
        calls = plural(sum(one.calls for one in services), "call")
        if len(services) == 1:
            return f"The only service looks normal ({phrase}, {calls})."
        return f"All {len(services)} services look normal ({phrase}, {calls})."
    listed = ", ".join(f"{named(one.service)} is {one.status}" for one in troubled[:3])
    more = f" and {len(troubled) - 3} more" if len(troubled) > 3 else ""
    return f"{len(troubled)} of {plural(len(services), 'service')} in trouble: {listed}{more} ({phrase})."


def service_state(figures: ServiceFigures) -> str:
    """What follows a service's name in its sentence."""
    facts = f"{plural(figures.calls, 'call')} ({rate(figures.calls_per_second)})"
    facts += f", {percent(figures.error_rate)} errors"
    if figures.server_ms:
        facts += f", p95 {duration(figures.server_ms.p95)}"
    words = {
        "ok": "looks normal",
        "slow": "is slow",
        "failing": "is failing",
        "quiet": "had too few calls to judge",
    }
    if not figures.calls:
        return f"took no calls itself; it sent {plural(figures.span_count, 'span')}."
    return f"{words[figures.status]}: {facts}."


def availability(share: float | None) -> str:
    """The share of calls that did not fail, with the digits that tell nines apart: `99.95 %`, `100 %`."""
    if share is None:
        return NO_FIGURE
    return "100 %" if share >= 1 else f"{math.floor(share * 1e5) / 1e3:.{3 if share >= 0.999 else 2}f} %"


def sla_sentence(rows: Sequence[SlaRow], phrase: str) -> str:
    """What all services delivered together, and the one that delivered least."""
    calls = sum(one.calls for one in rows)
    if not calls:
        return f"No service took calls in this window ({phrase})."
    answered = 1 - sum(one.errors for one in rows) / calls
    text = (
        f"{availability(answered)} of {plural(calls, 'call')} to {plural(len(rows), 'service')} were answered"
    )
    least = min(
        rows, key=lambda one: (one.availability if one.availability is not None else 1.0, one.service)
    )
    if least.errors:
        text += f"; the least by {named(least.service)}, {availability(least.availability)}"
    return f"{text} ({phrase})."
