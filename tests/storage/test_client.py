from __future__ import annotations

import pytest

from storage.client import Database
from storage.errors import QueryTooHeavy


@pytest.mark.parametrize("answer_format", ["Native", "ArrowStream"])
def test_a_question_that_failed_half_way_leaves_nothing_to_the_next_one(
    database: Database, answer_format: str
) -> None:
    half = "SELECT number FROM numbers(200000) SETTINGS max_result_rows = 70000, max_block_size = 1000"
    with pytest.raises(QueryTooHeavy), database.connection() as client:
        if answer_format == "Native":
            client.query(half)
        else:
            client.raw_query(half, fmt=answer_format)
    with database.connection() as client:
        assert client.query("SELECT 7").result_rows == [(7,)]
