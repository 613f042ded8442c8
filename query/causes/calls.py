"""Finds single calls of one link: a random sample of a selection and of the rest, and the selection's worst.

The store chooses candidates by what one span and its parent say; the linker then decides what is a call and
how long it took, so that nothing here is counted that is not a hop of the link (docs/links.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from query.causes.selection import Bounds, Selection, bounds_of
from query.causes.stretches import Stretches, stretches_of
from query.links.figures import LinkKey
from query.links.frames import CONSUMER, SERVER, find_hops
from query.links.recent import Recent
from query.model.window import NS_PER_S, Window
from storage.calls import CallSearch, CallStore, Sample
from storage.hops import SLICE_SECONDS, HopSpans

VIRTUAL_KINDS = frozenset({"database", "external", "messaging"})
ANSWERING_KINDS = (SERVER, CONSUMER)
# Unspecified and internal (rule H5).
INTERNAL_KINDS = (0, 1)
# Calls chosen by chance on each side of a comparison, where there are so many.
SAMPLED = 1_000
# Rare selected calls lie scattered among all others, whose attributes are read with theirs: once there are so
# many, no more is read for them than the others need. 200 tell shares 14 points apart (differences.py).
ENOUGH_SELECTED = 200


@dataclass(frozen=True, slots=True)
class LinkCalls:
    """Calls that were looked at.

    Attributes:
        frame: One row per call: `start_ns`, `observed_ns`, `server_ns`, `error`, `trace_id` and `span_id`,
            `callee_span_id` (hex; null where there is none), `selected`, `sampled` (chosen by chance).
        selected: About how many calls were selected where was searched.
        rest: About how many others there were.
        searched_share: What part of the window's spans was searched.
        spans: All spans of the traces of these calls, and `hops` between them (`query.links.frames`).
    """

    frame: pl.DataFrame
    selected: int
    rest: int
    searched_share: float
    spans: pl.DataFrame
    hops: pl.DataFrame


class CallFinder:
    """Finds calls; safe to share between threads.

    Args:
        hop_spans: The spans that links are found in.
        store: Where single calls are looked up.
        late_seconds: How long a callee may be late, as for links.
    """

    def __init__(self, hop_spans: HopSpans, store: CallStore, late_seconds: int) -> None:
        self._hop_spans = hop_spans
        self._store = store
        self._late_seconds = late_seconds
        self._samples: Recent[LinkCalls] = Recent()

    def stretches(self, window: Window) -> Stretches:
        """Where to look in a window; without slices when its spans are gone already."""
        first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
        return stretches_of(self._hop_spans.occupied(first, -(-window.end_ns // NS_PER_S)))

    def hops(self, trace_keys: list[int], now_ns: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The spans of these traces, and the hops between them."""
        spans = self._store.spans(trace_keys)
        return spans, find_hops(spans, late_after_seconds=now_ns // NS_PER_S - self._late_seconds)

    def sample(self, key: LinkKey, window: Window, now_ns: int) -> LinkCalls:
        """Calls of a link chosen by chance, all of them counted as selected."""
        everything = bounds_of(Selection(), window, 0.0)
        return self._samples.get(
            (key, window), lambda: self.calls(key, window, everything, now_ns, enough=SAMPLED)
        )

    def calls(
        self,
        key: LinkKey,
        window: Window,
        bounds: Bounds,
        now_ns: int,
        *,
        listed: int = 0,
        newest: bool = False,
        enough: int = ENOUGH_SELECTED,
    ) -> LinkCalls:
        """Calls of a link in a window.

        Args:
            key: The link.
            window: When calls started.
            bounds: Which of them are selected.
            now_ns: The current time.
            listed: Beside the samples the slowest selected calls, at most so many.
            newest: The newest instead of the slowest.
            enough: So many selected calls are sampled if there are, and more where it costs nothing.
        """
        stretches = self.stretches(window)
        search = CallSearch(
            caller=key.caller,
            callee=key.callee,
            virtual=key.kind in VIRTUAL_KINDS,
            callee_kinds=INTERNAL_KINDS if key.kind == "internal" else ANSWERING_KINDS,
            start_ns=window.start_ns,
            end_ns=window.end_ns,
            selected_start_ns=bounds.start_ns,
            selected_end_ns=bounds.end_ns,
            min_duration_ns=bounds.min_duration_ns,
            max_duration_ns=bounds.max_duration_ns,
            failing=bounds.failing,
        )
        sample = Sample(sampled=SAMPLED, enough=enough, listed=listed, newest=newest)
        found = self._store.of_link(search, stretches.slices, stretches.spans, sample)
        trace_keys = pl.concat(
            [found["TraceKey"], found["LinkedTraces"].explode(empty_as_null=False)]
        ).unique()
        spans, hops = self.hops(trace_keys.to_list(), now_ns)
        calls = _exact(hops, found, key, window, bounds)
        counts = _estimated(found, calls)
        return LinkCalls(calls.drop("Selected"), counts[True], counts[False], stretches.share, spans, hops)


def _exact(
    hops: pl.DataFrame, found: pl.DataFrame, key: LinkKey, window: Window, bounds: Bounds
) -> pl.DataFrame:
    """The candidates that are hops of the link, and whether they are selected by their exact times."""
    observed = pl.coalesce("client_ns", "server_ns")
    selected = (
        pl.col("start_ns").is_between(bounds.start_ns, bounds.end_ns, closed="left")
        & (pl.col("observed_ns") >= bounds.min_duration_ns)
        & (pl.col("observed_ns") < bounds.max_duration_ns)
    )
    if bounds.failing:
        selected &= pl.col("error")
    counted_by = found.select(
        "Selected", pl.col("Sampled").cast(pl.Boolean), TraceId="TraceId", anchor="SpanId"
    )
    return (
        hops.filter(caller=key.caller, callee=key.callee, kind=key.kind)
        .filter(pl.col("start_ns").is_between(window.start_ns, window.end_ns, closed="left"))
        .with_columns(anchor=pl.coalesce("callee_span_id", "span_id"), observed_ns=observed.cast(pl.UInt64))
        .join(counted_by, left_on=["trace_id", "anchor"], right_on=["TraceId", "anchor"], how="inner")
        .with_columns(selected=selected)
        .select(
            "start_ns",
            "observed_ns",
            "server_ns",
            "error",
            "operation",
            "Selected",
            "selected",
            trace_id=pl.col("trace_id").bin.encode("hex"),
            span_id=pl.col("span_id").map_batches(span_ids, return_dtype=pl.String),
            callee_span_id=pl.col("callee_span_id").map_batches(span_ids, return_dtype=pl.String),
            sampled="Sampled",
        )
    )


def span_ids(numbers: pl.Series) -> pl.Series:
    """Span ids as people write them; the store keeps them as little-endian numbers."""
    return pl.Series(
        numbers.name,
        [None if number is None else number.to_bytes(8, "little").hex() for number in numbers],
        dtype=pl.String,
    )


def _estimated(found: pl.DataFrame, calls: pl.DataFrame) -> dict[bool, int]:
    """How many calls each group has: what the store counted, less the share that turned out to be none."""
    counts = {}
    for group in (True, False):
        candidates = found.filter(pl.col("Selected") == group)
        counted = int(candidates["Found"].max() or 0)  # type: ignore[arg-type]  # a number, typed as any value
        hits = calls.filter(pl.col("Selected") == group).height
        counts[group] = round(counted * hits / candidates.height) if candidates.height else 0
    return counts
