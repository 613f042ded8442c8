"""Which column each service stands in: callers left of what they call, stores and outsiders on the right.

Pure. The first two steps of Sugiyama's method (Sugiyama, Tagawa, Toda 1981): break cycles, then longest-path
layering, here with a bound on how many may share a column. Depends only on names, kinds and pairs, in no
order, so the same services get the same places.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from query.model.link import NodeKind

Pair = tuple[str, str]
OUTSIDE_KINDS: Collection[NodeKind] = ("database", "messaging", "external")


def column_limit(node_count: int) -> int:
    """How many nodes may share a column, so that big maps keep about the shape of a screen."""
    return max(9, math.ceil(1.8 * math.sqrt(node_count)))


def backward_pairs(kinds: Mapping[str, NodeKind], pairs: Iterable[Pair]) -> set[Pair]:
    """The calls that run against the main direction; without them the rest has no cycle.

    A depth-first walk from the entry points, in order of names: a call back to a service whose calls are
    still being walked closes a cycle. Self-calls are not looked at.
    """
    callees = _sorted_neighbours(pairs)
    called = {callee for caller, callee in pairs if caller != callee}
    starts = sorted(kinds, key=lambda name: (kinds[name] != "user", name in called, name))
    backward: set[Pair] = set()
    done: set[str] = set()
    for start in starts:
        if start in done:
            continue
        walking = {start}
        path = [(start, iter(callees[start]))]
        while path:
            name, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                walking.discard(name)
                done.add(name)
            elif following in walking:
                backward.add((name, following))
            elif following not in done:
                walking.add(following)
                path.append((following, iter(callees[following])))
    return backward


def assign_columns(kinds: Mapping[str, NodeKind], forward: Collection[Pair]) -> dict[str, int]:
    """The column of each node, from 0 at the left; every pair of `forward` leads to a later column.

    Args:
        kinds: All nodes.
        forward: Pairs without cycles and without self-calls.
    """
    limit = column_limit(len(kinds))
    callees = _sorted_neighbours(forward)
    callers = _sorted_neighbours((callee, caller) for caller, callee in forward)
    outside = {name for name, kind in kinds.items() if kind in OUTSIDE_KINDS and not callees[name]}
    inside = [name for name in _topological(kinds, callees, callers) if name not in outside]

    columns: dict[str, int] = {}
    filled: dict[int, int] = defaultdict(int)
    # Leaves may wait for a later column without pushing anything after them, so they choose last.
    for name in sorted(inside, key=lambda name: not callees[name]):
        column = 1 + max((columns[caller] for caller in callers[name]), default=-1)
        while filled[column] >= limit:
            column += 1
        columns[name] = column
        filled[column] += 1

    last = max(columns.values(), default=-1)
    needed = {name: 1 + max((columns[caller] for caller in callers[name]), default=-1) for name in outside}
    rightmost = max([last, *needed.values()])
    for name in sorted(outside, key=lambda name: (-needed[name], name)):
        column = rightmost
        while filled[column] >= limit:
            column += 1
        columns[name] = column
        filled[column] += 1
    return columns


def _topological(
    names: Iterable[str], callees: Mapping[str, list[str]], callers: Mapping[str, list[str]]
) -> list[str]:
    """Names with every caller before its callees, otherwise by name."""
    waiting = {name: len(callers[name]) for name in names}
    ready = sorted((name for name, left in waiting.items() if not left), reverse=True)
    ordered = []
    while ready:
        name = ready.pop()
        ordered.append(name)
        freed = []
        for callee in callees[name]:
            waiting[callee] -= 1
            if not waiting[callee]:
                freed.append(callee)
        ready.extend(sorted(freed, reverse=True))
    return ordered


def _sorted_neighbours(pairs: Iterable[Pair]) -> defaultdict[str, list[str]]:
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for first, second in sorted({pair for pair in pairs if pair[0] != pair[1]}):
        neighbours[first].append(second)
    return neighbours
