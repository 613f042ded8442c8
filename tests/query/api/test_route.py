from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from query.api.route import ApiRoute
from storage.errors import (
    MigrationError,
    QueryTooHeavy,
    StorageError,
    StorageOverloaded,
    StorageUnavailable,
)


def asked(error: StorageError) -> TestClient:
    router = APIRouter(route_class=ApiRoute)

    @router.get("/question")
    def question() -> None:
        raise error

    app = FastAPI()
    app.include_router(router)
    return TestClient(app)


@pytest.mark.parametrize("error", [StorageUnavailable, StorageOverloaded, MigrationError])
def test_a_store_in_trouble_asks_to_come_back_and_tells_no_secrets(error: type[StorageError]) -> None:
    answer = asked(error("password='x'")).get("/question")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "password" not in answer.text


@pytest.mark.parametrize("limit", ["time", "memory", "rows"])
def test_a_question_too_heavy_says_which_limit_it_passed_and_what_to_do(limit: str) -> None:
    answer = asked(QueryTooHeavy("Code: 159. SELECT secret", limit=limit)).get("/question")
    assert answer.status_code == 422
    assert f"its limit of {limit}: ask for a shorter window" in answer.json()["detail"]
    assert "secret" not in answer.text


def test_a_question_that_knows_itself_why_it_is_too_heavy_says_so() -> None:
    answer = asked(QueryTooHeavy("80 spans are not summed yet")).get("/question")
    assert (answer.status_code, answer.json()["detail"]) == (422, "80 spans are not summed yet")
