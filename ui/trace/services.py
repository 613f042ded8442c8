"""How many spans and errors each service has in a trace, busiest first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from query.model.span_list import span_list
from query.model.trace import ServiceCount, Span


def service_counts(spans: Sequence[Span]) -> list[ServiceCount]:
    """Counts per service; ties keep the order of first appearance."""
    columns = span_list(spans).columns
    totals = Counter(columns.services)
    statuses = zip(columns.services, columns.statuses, strict=True)
    errors = Counter(service for service, status in statuses if status == "error")
    return [ServiceCount(service, number, errors[service]) for service, number in totals.most_common()]
