from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from query.links.span import LinkSpan
from storage.client import Database
from storage.namespaces import NamespaceStore
from tests.query.links.forests import MS, START_NS
from tests.query.links.otlp import request
from tests.storing import SettledWriter


def span(number: int, service: str, **resource: str) -> LinkSpan:
    named = {f"service.{name}": value for name, value in resource.items()}
    return LinkSpan(
        f"{number:032x}", f"{number:016x}", "", service, "GET", "server", START_NS, MS, resource=named
    )


def heard(database: Database, *rows: tuple[str, str, timedelta]) -> None:
    now = datetime.now(UTC)
    database.insert_rows(
        "service_namespaces",
        [(service, namespace, now - ago) for service, namespace, ago in rows],
        ["Service", "Namespace", "ReceivedAt"],
    )


def test_spans_bring_the_namespaces_of_their_services(database: Database) -> None:
    spans = [
        span(1, "checkout", namespace="shop", version="1"),
        span(2, "checkout", namespace="shop"),
        span(3, "payment", namespace="payments"),
        span(4, "cron"),
        span(5, "batch", namespace=""),
        span(6, "long", namespace="ü" * 300),
    ]
    writer = SettledWriter(database)
    writer.write([request(spans)])
    writer.write([request(spans[:1])])
    assert NamespaceStore(database).by_service() == {
        "checkout": "shop",
        "payment": "payments",
        "long": "ü" * 200,
    }


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_at_once_the_first_by_name_is_taken(embedded_database: Database, turned: bool) -> None:
    first, second = timedelta(seconds=5), timedelta(minutes=50)
    if turned:
        first, second = second, first
    heard(embedded_database, ("api", "blue", first), ("api", "green", second))
    assert NamespaceStore(embedded_database).by_service() == {"api": "blue"}


def test_a_service_that_moved_is_where_it_was_last_heard_of(embedded_database: Database) -> None:
    heard(embedded_database, ("api", "blue", timedelta(days=2)), ("api", "green", timedelta(days=1)))
    heard(embedded_database, ("api", "blue", timedelta(days=3)), ("old", "gray", timedelta(days=9)))
    assert NamespaceStore(embedded_database).by_service() == {"api": "green", "old": "gray"}
