from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from storage.errors import QueryTooHeavy, StorageError, StorageOverloaded, StorageRefused, StorageUnavailable
from tests.ui.shop import Shop

PAGES = ["/", "/links", "/links/checkout/payment", "/services", "/services/payment"]


@pytest.mark.parametrize("path", PAGES)
def test_a_store_that_is_away_is_said_and_may_be_asked_again(
    client: TestClient, shop: Shop, path: str
) -> None:
    shop.failure = StorageUnavailable("the store refuses connections")
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "The store cannot be reached" in answer.text
    assert "the store refuses connections" in answer.text


@pytest.mark.parametrize(
    ("failure", "status", "sentence"),
    [
        (StorageOverloaded("busy"), 503, "The store takes on no more work just now"),
        (StorageRefused("odd"), 503, "The store could not answer"),
        (QueryTooHeavy("use a smaller window"), 422, "use a smaller window"),
    ],
)
def test_each_failure_has_its_status_and_its_sentence(
    client: TestClient, shop: Shop, failure: StorageError, status: int, sentence: str
) -> None:
    shop.failure = failure
    answer = client.get("/links")
    assert answer.status_code == status
    assert sentence in answer.text
    assert str(failure) in answer.text
    assert "cannot be reached" not in answer.text


def test_a_page_too_heavy_says_which_limit_it_passed_and_not_the_query(
    client: TestClient, shop: Shop
) -> None:
    shop.failure = QueryTooHeavy("Code: 241 in SELECT secret", limit="memory")
    answer = client.get("/links")
    assert answer.status_code == 422
    assert "passed its limit of memory" in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/?start=yesterday", "is not a time"),
        ("/?start=-5m&end=-10m", "start must be before end"),
        ("/?depth=9", "depth is"),
        ("/links?sort=beauty", "must be one of p50, p95"),
        ("/links?limit=3", "limit is"),
        ("/links?status=red", "must be one of failing"),
    ],
)
def test_bad_parameters_are_named(client: TestClient, path: str, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert said in answer.text
    assert "defaults" in answer.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "There is no page at this address."),
        ("/links/checkout/nobody", "No calls from checkout to nobody (last 15 minutes)."),
        ("/links/checkout", "The address of a link is"),
        ("/services/nobody", "No span of nobody (last 15 minutes)."),
    ],
)
def test_what_does_not_exist_is_a_page_too(client: TestClient, path: str, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert said in answer.text


def test_other_clients_get_no_page_for_an_unknown_path(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}
    assert client.get("/api/v1/nowhere").headers["content-type"] == "application/json"


def test_a_failure_nobody_expected_is_a_page_and_a_line_in_the_log(
    client: TestClient, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.failure = RuntimeError("secret detail")
    answer = client.get("/links?start=-1h")
    assert answer.status_code == 500
    assert "Spanhouse could not make this page" in answer.text
    assert 'href="/links?start=-1h"' in answer.text
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text
