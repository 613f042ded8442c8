"""How deep attribute values nest, read from the merged view of a request in one small walk. Pure."""

from __future__ import annotations

from typing import Any

_MAX_NODES = 20_000
"""Paths of arrays and maps that are looked at. Real requests have a handful; one built to have more would
only cost time, so it counts as too deep."""


def exceeds_depth(merged: Any, max_depth: int) -> bool:
    """Tell whether any attribute value nests arrays and maps deeper than `max_depth`.

    A scalar has depth 0, an array of scalars 1. The merged view holds the union of all values' shapes, so its
    depth is the greatest depth of any of them.

    Args:
        merged: A message of `RequestViews.merged`.
        max_depth: The deepest nesting allowed.
    """
    resource_spans = merged.resource_spans
    scope_spans = resource_spans.scope_spans
    span = scope_spans.spans
    carriers = (resource_spans.resource, scope_spans.scope, span, span.events, span.links)
    pending = [(carrier.attributes.value, 0) for carrier in carriers]
    nodes = 0
    while pending:
        value, depth = pending.pop()
        has_array, has_map = value.HasField("array_value"), value.HasField("kvlist_value")
        if not (has_array or has_map):
            continue
        nodes += 1
        if depth >= max_depth or nodes > _MAX_NODES:
            return True
        if has_array:
            pending.append((value.array_value.values, depth + 1))
        if has_map:
            pending.append((value.kvlist_value.values.value, depth + 1))
    return False
