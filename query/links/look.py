"""What can be seen to have arrived at one moment, and what more at a later one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from query.links.settling import all_read_before
from query.model.window import NS_PER_S
from storage.links import Clock


@dataclass(frozen=True)
class Arrivals:
    """What arrived between two looks: `TraceKey`, `Second` and `Spans` as in `Look`."""

    rows: pl.DataFrame

    def __bool__(self) -> bool:
        return not self.rows.is_empty()

    @property
    def traces(self) -> Sequence[int]:
        """Keys of the traces that spans arrived for."""
        return self.rows["TraceKey"].unique(maintain_order=True).to_list()

    @property
    def spans(self) -> int:
        """How many at most."""
        return int(self.rows["Spans"].sum())

    @property
    def first_second(self) -> int:
        """Of arrival."""
        return int(self.rows["Second"].min())  # type: ignore[arg-type]  # a column of numbers


@dataclass(frozen=True)
class Look:
    """The store at one moment.

    Attributes:
        clock: Read before the rest.
        arrived: Rows of `storage.links.LinkFigureStore.arrived_traces`, since the `settled` of an earlier
            look or earlier.
    """

    clock: Clock
    arrived: pl.DataFrame

    @cached_property
    def settled(self) -> int:
        """The second before which this look has seen everything that arrived."""
        return all_read_before(self.clock)

    @property
    def behind_seconds(self) -> int:
        """For how long nothing was rolled up."""
        return self.clock.now_ns // NS_PER_S - self.clock.rolled_up_to

    def until(self, later: Look) -> Arrivals:
        """What a later look has seen and this one has not."""
        recent = later.arrived.filter(pl.col("Second") >= self.settled)
        return Arrivals(recent.join(self.arrived, on=self.arrived.columns, how="anti", maintain_order="left"))
