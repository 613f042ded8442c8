"""How many spans and errors each service has in a trace, busiest first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from query.model.trace import ServiceCount, Span


def service_counts(spans: Sequence[Span]) -> list[ServiceCount]:
    """Counts per service; ties keep the order of first appearance."""
    totals = Counter(span.service for span in spans)
    errors = Counter(span.service for span in spans if span.status == "error")
    return [ServiceCount(service, number, errors[service]) for service, number in totals.most_common()]
