"""Runs the queries of a question again with nothing around them: the limit an answer is measured against."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Any

import polars as pl

from storage import statements
from storage.client import Database, Parameter

ROUNDS = 3


class RecordingDatabase(Database):
    """A database that remembers what it was asked.

    Attributes:
        recorded: Names and parameters of queries that were answered; a refused one is asked in another way.
    """

    recorded: list[tuple[str, dict[str, Parameter]]]

    def __init__(self, *options: Any, **named: Any) -> None:
        super().__init__(*options, **named)
        self.recorded = []

    def rows(
        self, query_name: str, parameters: Mapping[str, Parameter] | None = None
    ) -> list[tuple[Any, ...]]:
        """As the real one."""
        found = super().rows(query_name, parameters)
        self.recorded.append((query_name, dict(parameters or {})))
        return found

    def frame(self, query_name: str, parameters: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        """As the real one."""
        found = super().frame(query_name, parameters)
        self.recorded.append((query_name, dict(parameters or {})))
        return found


def alone_ms(database: RecordingDatabase) -> float:
    """The time the engine takes for everything that was recorded, answers thrown away; median."""
    recorded = list(database.recorded)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for name, parameters in recorded:
            database.execute(f"{statements.query(name)}\nFORMAT Null", parameters)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)
