import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from storage.errors import (
    QueryTooHeavy,
    StorageError,
    StorageOverloaded,
    StorageRefused,
    StorageUnavailable,
    UndecodableBlock,
)
from storage.failure import translated


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (159, QueryTooHeavy),
        (241, QueryTooHeavy),
        (252, StorageOverloaded),
        (243, StorageOverloaded),
        (32, UndecodableBlock),
        (60, StorageUnavailable),
        (47, StorageRefused),
        (None, StorageUnavailable),
    ],
)
def test_codes_map_to_what_can_be_done(code: int | None, kind: type[StorageError]) -> None:
    assert type(translated(DatabaseError("it broke", code=code))) is kind


@pytest.mark.parametrize(("code", "limit"), [(159, "time"), (241, "memory"), (396, "rows"), (158, "rows")])
def test_a_query_too_heavy_knows_which_limit_it_passed(code: int, limit: str) -> None:
    error = translated(DatabaseError("it broke", code=code))
    assert isinstance(error, QueryTooHeavy)
    assert error.limit == limit


def test_messages_are_short_one_line_and_without_secrets() -> None:
    error = translated(DatabaseError("IDENTIFIED BY password 'hunter2'\n" + "x" * 10_000))
    assert "hunter2" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) <= 500


def test_a_refused_connection_is_unavailable() -> None:
    assert isinstance(translated(ConnectionRefusedError("no")), StorageUnavailable)
