"""Puts the spans of one trace into trees. Pure; spans are known by their place in the given columns.

A span whose parent has not arrived becomes a root. Parent links that close a circle (a span that is its own
ancestor) are cut where the circle's earliest span is. The outcome does not depend on the order of the input,
and no step recurses: traces of any depth are walked with a stack.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

ROOT = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees of one trace.

    `parent[i]` is the parent's place or `ROOT`; `children[i]` are sorted by start; `order` lists all spans,
    parents before children and siblings by start; `missing` are the spans that name a parent which is not
    here; `cut` those whose own parent link closed a circle.
    """

    parent: list[int]
    children: list[list[int]]
    roots: list[int]
    order: list[int]
    depth: list[int]
    missing: list[int]
    cut: list[int]


def build_forest(span_ids: Sequence[str], parent_ids: Sequence[str], start_ns: Sequence[int]) -> Forest:
    """Builds the forest of spans with distinct ids.

    Args:
        span_ids: One id per span, no two the same.
        parent_ids: The id of each span's parent; "" for none.
        start_ns: Raw start of each span; siblings are sorted by it, then by id.
    """
    place = {span_id: index for index, span_id in enumerate(span_ids)}
    by_start = [index for _, _, index in sorted(zip(start_ns, span_ids, range(len(span_ids)), strict=True))]
    parent = [place.get(parent_id, ROOT) if parent_id else ROOT for parent_id in parent_ids]
    missing = [index for index in by_start if parent[index] == ROOT and parent_ids[index]]
    cut: list[int] = []
    roots, children = _roots_and_children(parent, by_start)
    order, depth = _walk(roots, children, parent)
    if len(order) < len(parent):
        # Who is not reached from a root is in a circle, or below one.
        cut = _cut_circles(parent, by_start)
        roots, children = _roots_and_children(parent, by_start)
        order, depth = _walk(roots, children, parent)
    return Forest(parent, children, roots, order, depth, missing, cut)


def build_forest_of_columns(span_ids: pl.Series, parent_ids: pl.Series, start_ns: pl.Series) -> Forest:
    """The same as `build_forest`, several times as fast for large traces and slower for small ones."""
    spans = pl.DataFrame([span_ids.alias("id"), parent_ids.alias("named"), start_ns.alias("start")])
    places = spans.select("id", above=pl.int_range(pl.len(), dtype=pl.Int64))
    spans = (
        spans.with_row_index("place")
        .with_columns(parent=pl.when(pl.col("named") != "").then("named"))
        .join(places, left_on="parent", right_on="id", how="left", maintain_order="left")
        .with_columns(pl.col("above").fill_null(ROOT))
    )
    parent: list[int] = spans["above"].to_list()
    by_start = spans.sort("start", "id")
    missing = by_start.filter((pl.col("above") == ROOT) & (pl.col("named") != ""))["place"].to_list()
    siblings = by_start.sort("above", maintain_order=True)
    leaf: list[int] = []
    # The last place is that of a root's parent.
    children = [leaf] * (len(parent) + 1)
    for above, below in families(siblings["above"], siblings["place"]):
        children[above] = below
    roots = children.pop()
    order, depth = _walk(roots, children, parent)
    if len(order) < len(parent):
        return build_forest(span_ids.to_list(), parent_ids.to_list(), start_ns.to_list())
    return Forest(parent, children, roots, order, depth, missing, [])


def families(parents: pl.Series, places: pl.Series) -> Iterator[tuple[int, list[int]]]:
    """Each parent with the places below it, of columns in which those of one parent follow each other."""
    listed: list[int] = places.to_list()
    runs = parents.rle().struct.unnest()
    start = 0
    for parent, count in zip(runs["value"].to_list(), runs["len"].to_list(), strict=True):
        yield parent, listed[start : start + count]
        start += count


def _roots_and_children(parent: Sequence[int], by_start: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    roots: list[int] = []
    children: list[list[int]] = [[] for _ in parent]
    for index in by_start:
        above = parent[index]
        (roots if above == ROOT else children[above]).append(index)
    return roots, children


def _cut_circles(parent: list[int], by_start: Sequence[int]) -> list[int]:
    """Turns the earliest span of every circle into a root; returns these spans.

    Every span has one parent at most, so a walk upwards either ends at a root or enters one circle.
    """
    cut = []
    walk_of = [0] * len(parent)
    for walk, start in enumerate(by_start, start=1):
        index = start
        while index != ROOT and not walk_of[index]:
            walk_of[index] = walk
            index = parent[index]
        # Meeting this walk's own trail closes a circle. Walks start at the earliest spans, but a walk may
        # enter a circle from below, so the circle's own earliest span is looked for.
        if index != ROOT and walk_of[index] == walk:
            circle = [index]
            while parent[circle[-1]] != index:
                circle.append(parent[circle[-1]])
            cut.append(circle)
    if not cut:
        return []
    rank = {index: position for position, index in enumerate(by_start)}
    earliest = [min(circle, key=rank.__getitem__) for circle in cut]
    for index in earliest:
        parent[index] = ROOT
    return sorted(earliest, key=rank.__getitem__)


def _walk(
    roots: Sequence[int], children: Sequence[list[int]], parent: Sequence[int]
) -> tuple[list[int], list[int]]:
    order = []
    stack = list(reversed(roots))
    while stack:
        index = stack.pop()
        order.append(index)
        below = children[index]
        if below:
            stack += below[::-1]
    # The last place is that of a root's parent.
    depth = [ROOT] * (len(parent) + 1)
    for index in order:
        depth[index] = depth[parent[index]] + 1
    depth.pop()
    return order, depth
