from collections.abc import Iterator

import pytest

from storage import statements
from storage.bundle import packed, request_hash
from storage.client import Database
from storage.server_connection import ServerRefusal
from storage.server_statements import ServerStatements
from tests.engines import Engine

pytestmark = pytest.mark.server


@pytest.fixture
def server_database(server_engine: Engine) -> Iterator[Database]:
    with server_engine.migrated_database() as fresh:
        yield fresh


@pytest.fixture
def run(server_database: Database) -> Iterator[ServerStatements]:
    endpoint = server_database.endpoint
    opened = ServerStatements(endpoint, {}, max_connections=2)  # type: ignore[arg-type] # a server's
    yield opened
    opened.close()


def test_more_hashes_than_fit_into_a_url(run: ServerStatements) -> None:
    hashes = [request_hash(number.to_bytes(4, "big")) for number in range(20_000)]
    seen = statements.query("requests_seen")
    assert run.with_hashes(seen, hashes) == []
    run.insert("requests_seen (RequestHash)", [packed(hashes[:15_000])], format_name="RowBinary", settings={})
    assert set(run.with_hashes(seen, hashes)) == set(hashes[:15_000])
    assert run.with_hashes(seen, hashes[15_000:]) == []


def test_settings_and_parameters_reach_the_statement(run: ServerStatements) -> None:
    sql = "SELECT {one:UInt128} WHERE 7 IN {hashes:Array(UInt128)}"
    assert run.with_hashes(sql, [7], {"one": 1}) == [1]
    assert run.with_hashes(sql, [8], {"one": 1}) == []
    with pytest.raises(ServerRefusal, match="TOO_MANY_ROWS"):
        run.with_hashes(
            "SELECT toUInt128(number) AS n FROM numbers(10) WHERE n IN {hashes:Array(UInt128)} "
            "SETTINGS max_rows_to_read = {most:UInt64}",
            [1],
            {"most": 5},
        )
