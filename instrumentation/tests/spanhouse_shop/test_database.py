from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest
from spanhouse_shop.database import Database

CREATE = "CREATE TABLE tins (name TEXT PRIMARY KEY)"
INSERT = "INSERT INTO tins (name) VALUES (?)"
SELECT = "SELECT name FROM tins ORDER BY name"


def test_statements_see_what_was_filled_in_and_what_came_later() -> None:
    database = Database("tins", CREATE)
    database.fill(INSERT, [("green",), ("red",)])
    asyncio.run(database.run(INSERT, ["blue"], 0.0))
    assert asyncio.run(database.run(SELECT, [], 0.0)) == [("blue",), ("green",), ("red",)]


def test_a_statement_takes_as_long_as_its_disk() -> None:
    database = Database("tins", CREATE)
    began = time.monotonic()
    asyncio.run(database.run(SELECT, [], 0.05))
    assert time.monotonic() - began >= 0.05


def test_a_failed_statement_leaves_the_database_usable() -> None:
    database = Database("tins", CREATE)
    asyncio.run(database.run(INSERT, ["green"], 0.0))
    with pytest.raises(sqlite3.IntegrityError):
        asyncio.run(database.run(INSERT, ["green"], 0.0))
    assert asyncio.run(database.run(SELECT, [], 0.0)) == [("green",)]
