"""That the important reads use the indexes they were designed for (docs/adr/0010-trace-search.md)."""

from __future__ import annotations

from typing import Any

import pytest

from storage import statements
from storage.client import Database
from storage.places import places
from tests.storage.requests import START_NS, request, requests, span
from tests.storage.test_queries import parameters_of
from tests.storing import SettledWriter


@pytest.fixture
def filled(embedded_database: Database) -> Database:
    """Several parts of many granules' worth of different traces, and one trace to look for."""
    writer = SettledWriter(embedded_database)
    for number in range(3):
        writer.write(requests(30, spans_each=400, first_seed=number * 100_000))
    wanted = span(trace_id=b"\xab" * 16, attributes={"order": "needle"})
    writer.write([request([wanted]).SerializeToString()])
    embedded_database.execute("OPTIMIZE TABLE otel_traces FINAL")
    return embedded_database


def plan(database: Database, text: str, parameters: dict[str, Any]) -> str:
    with database.connection() as client:
        return "\n".join(
            row[0] for row in client.query(f"EXPLAIN indexes=1 {text}", parameters=parameters).result_rows
        )


def granules(text: str) -> list[tuple[int, int]]:
    """(read, of) of every index step of a plan, in order."""
    lines = [
        line.split("Granules:")[1].strip()
        for line in text.splitlines()
        if "Granules: " in line and "/" in line
    ]
    return [(int(line.split("/")[0]), int(line.split("/")[1])) for line in lines]


def test_a_trace_is_read_by_primary_key(filled: Database) -> None:
    second = START_NS // 10**9
    parameters = {"trace_id": "ab" * 16, "first_bucket": second - 299, "last_bucket": second}
    text = plan(filled, statements.query("trace_spans"), parameters)
    assert "PrimaryKey" in text
    assert granules(text)[-1][0] == 1
    assert granules(text)[0][1] > 1


def test_the_range_of_an_unknown_trace_is_looked_up_in_one_granule(filled: Database) -> None:
    filled.execute("OPTIMIZE TABLE otel_traces_trace_id_ts FINAL")
    text = plan(filled, statements.query("trace_range"), {"trace_id": "cd" * 16})
    assert "PrimaryKey" in text
    assert granules(text)[-1][0] == 1
    assert granules(text)[0][1] > 1


def test_the_traces_of_a_page_are_read_by_primary_key(filled: Database) -> None:
    (found,) = places(filled, ["ab" * 16, "cd" * 16])
    parameters = {**parameters_of("trace_summaries"), "trace_ids": ["ab" * 16], "places": found}
    text = plan(filled, statements.query("trace_summaries"), parameters)
    assert "in 1-element set" in text
    assert granules(text)[-1][0] == 1


def test_an_attribute_value_is_found_by_the_text_index(filled: Database) -> None:
    parameters = {
        **parameters_of("traces_with_value"),
        "start_seconds": START_NS // 10**9 - 600,
        "read_to_seconds": START_NS // 10**9 + 3600,
        "first_value": "needle",
        "names": ["order"],
        "values": ["needle"],
    }
    for found in ("traces_with_value", "find_traces_by_spans"):
        text = statements.query(found)
        start = text.index("SELECT DISTINCT TraceId")
        inner = text[start:].partition("\n        )\n    )")[0]
        text = plan(filled, inner, {**parameters_of(found), **parameters})
        assert "idx_span_attribute_values" in text
        assert granules(text)[-1][0] == 1
