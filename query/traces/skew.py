"""Estimates how far apart the clocks of two hosts are, hop by hop, and says how to move spans for display.

A SERVER span cannot start before or end after the CLIENT span that caused it. Where it does and it is short
enough to fit, its clock is taken to be off by what puts it in the middle of its caller: without more
knowledge the request took as long as the response (the rule of Zipkin's and Jaeger's clock skew correction).
Spans of the same process below it move along. Times within one process are never changed against each other.

Pure. The raw start of every span stays as it was sent; callers show the shift beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from query.traces.tree import ROOT, Forest


def clock_shifts(
    forest: Forest,
    kinds: Sequence[str],
    clocks: Sequence[tuple[str, str]],
    start_ns: Sequence[int],
    end_ns: Sequence[int],
) -> list[int]:
    """What to add to each span's times, in ns; 0 where its clock agrees with its caller's.

    Args:
        forest: The trees.
        kinds: Span kinds, lower case.
        clocks: (service, host) of each span, "" for an unknown host. Spans of the same pair share a clock.
        start_ns: Raw starts.
        end_ns: Raw ends.
    """
    shifts = [0] * len(start_ns)
    for index in forest.order:
        above = forest.parent[index]
        if above == ROOT:
            continue
        if clocks[index] == clocks[above]:
            shifts[index] = shifts[above]
            continue
        shift = shifts[above] if _same_host(clocks[index], clocks[above]) else 0
        if kinds[index] == "server" and kinds[above] == "client":
            shift += _centring(
                start_ns[index] + shift,
                end_ns[index] + shift,
                start_ns[above] + shifts[above],
                end_ns[above] + shifts[above],
            )
        shifts[index] = shift
    return shifts


def clocks_agree(parent: pl.Series, kinds: pl.Series, start_ns: pl.Series, end_ns: pl.Series) -> bool:
    """Whether no SERVER span sticks out of its CLIENT span: then `clock_shifts` are all 0.

    Args:
        parent: Place of each span's parent, null for none.
        kinds: Span kinds, lower case.
        start_ns: Raw starts.
        end_ns: Raw ends.
    """
    called = (kinds == "server") & (kinds.gather(parent) == "client")
    outside = (start_ns < start_ns.gather(parent)) | (end_ns > end_ns.gather(parent))
    return not (called & outside).any()


def _same_host(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[1] != "" and one[1] == other[1]


def _centring(start: int, end: int, caller_start: int, caller_end: int) -> int:
    """The move that centres a callee in its caller; 0 when it lies inside or cannot fit."""
    if start >= caller_start and end <= caller_end:
        return 0
    spare = (caller_end - caller_start) - (end - start)
    return caller_start + spare // 2 - start if spare >= 0 else 0
