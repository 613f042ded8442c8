"""What holds for every query file: it parses, it runs on an empty schema, its parameters are typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from storage import statements
from storage.client import Database
from tests.engines import Engine

NAMES = sorted(
    entry.name.removesuffix(".sql")
    for entry in (files("storage") / "sql" / "queries").iterdir()
    if entry.name.endswith(".sql")
)
_PARAMETER = re.compile(r"\{(\w+):([\w(), ]+)\}")
# These make or describe the schema itself and are run by the migrations' own tests.
_OF_THE_SCHEMA = {
    name for name in NAMES if name.startswith(("create_", "alter_", "cluster_", "node_http_port"))
}


@pytest.fixture(scope="module")
def empty_schema(embedded_engine: Engine) -> Iterator[Database]:
    with embedded_engine.migrated_database() as fresh:
        yield fresh


def value_of(kind: str) -> Any:
    """A harmless value of a ClickHouse type."""
    if kind.startswith("Array"):
        return []
    if kind == "Identifier":
        return "otlp_log"
    return "" if kind in ("String", "FixedString(16)") else 1


def parameters_of(name: str) -> dict[str, Any]:
    """A harmless value for each parameter of a query file."""
    return {found: value_of(kind) for found, kind in _PARAMETER.findall(statements.query(name))}


@pytest.mark.parametrize("name", NAMES)
def test_it_parses_and_says_what_it_is_for(empty_schema: Database, name: str) -> None:
    text = statements.query(name)
    assert text.startswith("-- ")
    assert empty_schema.execute("SELECT formatQuery({text:String})", {"text": text})


@pytest.mark.parametrize("name", [name for name in NAMES if name not in _OF_THE_SCHEMA])
def test_it_runs_on_the_empty_schema(empty_schema: Database, name: str) -> None:
    parameters = parameters_of(name)
    if "structure" in parameters:
        ((kind,),) = empty_schema.rows("request_structure")
        schema = statements.otlp_message_path()
        parameters |= {"path": "/dev/null", "structure": f"resource_spans {kind}", "schema": schema}
    empty_schema.rows(name, parameters)
