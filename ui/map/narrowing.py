"""Fewer columns for a map whose longest chain of calls is much longer than a screen is wide.

Where nearly everything calls everything, layers by the longest path put a column under each service. Here
columns are given, and the least calls run backwards.

Pure. Like colouring a graph (no two that call each other share a column), by local search from the order of
the long layers; deterministic.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from functools import partial

from query.model.link import NodeKind
from ui.map.layers import OUTSIDE_KINDS, Pair, column_limit

_LEAST_COLUMNS = 7
# With fewer calls a long map is one of long chains, which are best read along.
_DENSE_LINKS_PER_NODE = 2
_ROUNDS = 8
# What a call backwards costs in columns of length.
_BACKWARD_COST = 6


def most_columns(node_count: int) -> int:
    """So many columns fit a screen with names that can be read, or have room for all nodes."""
    return max(_LEAST_COLUMNS, math.ceil(1.25 * node_count / column_limit(node_count)))


def narrowed(
    kinds: Mapping[str, NodeKind], columns: Mapping[str, int], pairs: Collection[Pair]
) -> Mapping[str, int]:
    """The columns, or fewer of them when they are too many for a map of many calls.

    Args:
        kinds: All nodes.
        columns: The column of each node; no pair joins two of the same.
        pairs: Caller and callee, no self-calls.
    """
    most = most_columns(len(kinds))
    if max(columns.values(), default=0) < most or len(pairs) < _DENSE_LINKS_PER_NODE * len(kinds):
        return columns
    callees: dict[str, list[str]] = {name: [] for name in kinds}
    callers: dict[str, list[str]] = {name: [] for name in kinds}
    for caller, callee in sorted(pairs):
        callees[caller].append(callee)
        callers[callee].append(caller)
    # Stores and outsiders keep the right, whoever calls from outside the left.
    outside = {name for name, kind in kinds.items() if kind in OUTSIDE_KINDS and not callees[name]}
    entries = {name for name in kinds if kinds[name] == "user" and not callers[name]}
    first = 1 if entries else 0
    # Those with most neighbours choose first: they have the least choice.
    inside = sorted(
        kinds.keys() - outside - entries,
        key=lambda name: (-len(callees[name]) - len(callers[name]), columns[name], name),
    )
    limit, found = column_limit(len(kinds)), dict.fromkeys(entries, 0)
    filled: Counter[int] = Counter()

    def cost(name: str, column: int) -> int:
        ahead = sum(_length(column, found[callee]) for callee in callees[name] if callee in found)
        return ahead + sum(_length(found[caller], column) for caller in callers[name] if caller in found)

    last = most - 1 - (1 if outside else 0)
    for round_number in range(_ROUNDS):
        before = dict(found)
        for name in inside:
            filled.subtract([found.pop(name)] if name in found else [])
            near = {found[other] for other in (*callees[name], *callers[name]) if other in found}
            free = [
                column for column in range(first, last + 1) if column not in near and filled[column] < limit
            ]
            if not free:
                last += 1
                free = [last]
            found[name] = min(free, key=partial(cost, name))
            filled[found[name]] += 1
        if found == before and round_number:
            break
    return _without_gaps(found | _at_the_right(outside, last + 1, limit))


def _length(caller: int, callee: int) -> int:
    return callee - caller if callee > caller else _BACKWARD_COST + caller - callee


def _at_the_right(names: Collection[str], first: int, limit: int) -> dict[str, int]:
    return {name: first + i // limit for i, name in enumerate(sorted(names))}


def _without_gaps(columns: Mapping[str, int]) -> dict[str, int]:
    rank = {column: i for i, column in enumerate(sorted(set(columns.values())))}
    return {name: rank[column] for name, column in columns.items()}
