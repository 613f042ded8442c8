"""Peers that instrumented services answer for: a call to one waits longer for its callee. Pure.

SDKs send spans in batches, every 5 s by default (OTEL_BSP_SCHEDULE_DELAY), each service at its own moment. A
callee's span then comes up to that much later than its caller's although nothing is wrong; without this every
link of such services would have a second, made-up callee at its end for the calls of the last seconds.
"""

from __future__ import annotations

import polars as pl

# Beyond it no more peers are learnt: names are chosen by whoever sends spans.
MOST_PEERS = 10_000

_NOBODY = pl.DataFrame(schema={"caller": pl.String, "peer": pl.String})


class AnsweredPeers:
    """Which caller's calls to which peers (rules P1-P6 of docs/links.md) were answered.

    Args:
        longer_seconds: How much longer a call to such a peer waits for its callee.
        peers: Columns `caller` and `peer`, each pair once.
    """

    def __init__(self, longer_seconds: int, peers: pl.DataFrame = _NOBODY) -> None:
        self._longer_seconds = longer_seconds
        self._peers = peers

    def also(self, hops: pl.DataFrame) -> AnsweredPeers:
        """These and those that hops show (columns of `query.links.frames.find_hops`)."""
        if not self._longer_seconds:
            return self
        shown = hops.filter(pl.col("peer") != "").select("caller", "peer").unique(maintain_order=True)
        peers = pl.concat([self._peers, shown]).unique(maintain_order=True).head(MOST_PEERS)
        return AnsweredPeers(self._longer_seconds, peers)

    def waited_for(self, hops: pl.DataFrame) -> pl.DataFrame:
        """The same hops; calls that are not answered yet are pending for longer where their peer is known."""
        if self._peers.is_empty() or hops["pending_since"].null_count() == len(hops):
            return hops
        known = self._peers.select("caller", callee="peer", longer=pl.lit(self._longer_seconds, pl.UInt32))
        return hops.join(known, on=["caller", "callee"], how="left", maintain_order="left").select(
            pl.col(hops.columns).exclude("pending_since"),
            pending_since=pl.col("pending_since") + pl.col("longer").fill_null(0),
        )
