"""Keeps the number of virtual nodes within bounds: beyond it the smallest of a kind are shown as one. Pure.

Names of what is called from outside come from senders: a host name made of a request id would be a node each.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_NODE = ["CalleeKind", "Callee"]


@dataclass(frozen=True, slots=True)
class Folding:
    """Which virtual nodes are shown together: `CalleeKind`, `Callee` and `Other`, the node they are in."""

    small: pl.DataFrame

    @classmethod
    def of(cls, parts: pl.DataFrame, most: int) -> Folding:
        """Of rows of `query.links.aggregate`: of each kind all but the `most` nodes with most calls."""
        small = (
            parts.lazy()
            .filter(pl.col("CalleeKind") != "service")
            .group_by(_NODE)
            .agg(pl.col("Calls").sum())
            .sort("Calls", "Callee", descending=[True, False])
            .filter(pl.col("Callee").cum_count().over("CalleeKind") > most)
            .select(*_NODE, Other=pl.concat_str(pl.lit("other "), "CalleeKind"))
            .collect()
        )
        return cls(small)

    def apply(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the names of nodes as they are shown."""
        if self.small.is_empty():
            return rows
        named = rows.join(self.small, on=_NODE, how="left", maintain_order="left")
        return named.with_columns(Callee=pl.coalesce("Other", "Callee")).drop("Other")

    def hides(self, node: str) -> bool:
        """Whether this node stands for others."""
        return node in self.small["Other"]
