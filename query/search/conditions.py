"""From what a person asks to what the store is asked. Pure."""

from __future__ import annotations

from query.model.search import SearchError, TraceFilter
from storage.search import MAX_DURATION_NS, AttributeConditions, Search

RESOURCE_PREFIX = "resource."
NS_PER_MS = 1_000_000


def search_of(filter: TraceFilter, start_ns: int, end_ns: int) -> Search:
    """The store's conditions for a filter over `[start_ns, end_ns)`.

    Raises:
        SearchError: The conditions contradict each other.
    """
    shortest, longest = _duration_ns(filter.min_duration_ms), _duration_ns(filter.max_duration_ms)
    if shortest is not None and longest is not None and shortest > longest:
        raise SearchError("min_duration_ms must not be above max_duration_ms")
    return Search(
        start_ns=start_ns,
        end_ns=end_ns,
        min_duration_ns=shortest or 0,
        max_duration_ns=MAX_DURATION_NS if longest is None else longest,
        service=filter.service or "",
        operation=filter.operation or "",
        status=filter.status or "",
        span=_conditions(filter, of_resource=False),
        resource=_conditions(filter, of_resource=True),
    )


def _conditions(filter: TraceFilter, *, of_resource: bool) -> AttributeConditions:
    cut = len(RESOURCE_PREFIX) if of_resource else 0

    def wanted(name: str) -> bool:
        return name.startswith(RESOURCE_PREFIX) == of_resource

    return AttributeConditions(
        equal=tuple((name[cut:], value) for name, value in filter.attributes if wanted(name)),
        contain=tuple((name[cut:], part) for name, part in filter.attributes_contain if wanted(name)),
        exist=tuple(name[cut:] for name in filter.attributes_exist if wanted(name)),
    )


def _duration_ns(duration_ms: float | None) -> int | None:
    if duration_ms is None:
        return None
    return min(round(duration_ms * NS_PER_MS), MAX_DURATION_NS)
