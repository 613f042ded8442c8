from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from query.links.folding import Folding
from query.links.reader import LinkReader
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from tests.query.links.forests import MS, START_NS
from tests.query.links.otlp import request, writer
from tests.query.links.test_reader import ALL, LATER_NS


def rows(calls: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(kind, callee, count) for (kind, callee), count in calls.items()],
        schema={"CalleeKind": pl.String, "Callee": pl.String, "Calls": pl.Float64},
        orient="row",
    )


def test_the_busiest_of_each_kind_keep_their_names() -> None:
    found = rows({("external", f"host-{count}"): count for count in range(5)} | {("database", "pg"): 1})
    services = rows({("service", f"shop-{count}"): 1 for count in range(5)})

    folding = Folding.of(pl.concat([found, services]), 2)

    assert folding.apply(found)["Callee"].to_list() == [*["other external"] * 3, "host-3", "host-4", "pg"]
    assert folding.apply(services).equals(services)
    assert folding.hides("other external")
    assert not folding.hides("host-3")


def test_few_nodes_are_left_alone() -> None:
    found = rows({("external", f"host-{count}"): 1 for count in range(5)})

    assert Folding.of(found, 5).apply(found).equals(found)


def test_nothing_is_lost_on_the_map_and_the_page_of_the_rest(
    embedded_database: Database, tmp_path: Path
) -> None:
    spans = [
        LinkSpan(
            *(f"{number + 1:032x}", "1" * 16, "", "cart", "GET", "client", START_NS, MS),
            attributes={"server.address": f"host-{min(number, 7)}.example"},
        )
        for number in range(10)
    ]
    writer(embedded_database, tmp_path).write([request(spans)])
    settings = LinkSettings(virtual_nodes=3)
    source = LinkSource(HopSpans(embedded_database), LinkFigureStore(embedded_database), settings)
    reader = LinkReader(source, settings, clock=lambda: LATER_NS)

    shown = {link.callee: link.calls for link in reader.service_map(ALL).links}
    rest = reader.detail("cart", "other external", ALL)

    assert shown == {"host-7.example": 3, "host-0.example": 1, "host-1.example": 1, "other external": 5}
    assert rest is not None
    assert sum(step.calls for step in rest.timeseries) == 5
    assert [(one.operation, one.calls) for one in rest.operations] == [("GET", 5)]
