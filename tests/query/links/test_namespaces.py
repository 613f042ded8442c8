from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from query.links.namespaces import Namespaces
from query.model.link import MapNode, NodeKind
from storage.client import Database
from storage.namespaces import NamespaceStore


def node(name: str, kind: NodeKind = "service") -> MapNode:
    return MapNode(name, kind, 9, 0.1, 0, 0.0, None, "ok")


def store(database: Database, service: str, namespace: str) -> None:
    database.insert_rows(
        "service_namespaces",
        [(service, namespace, datetime.now(UTC))],
        ["Service", "Namespace", "ReceivedAt"],
    )


def test_services_get_their_namespace_and_nothing_else_does(embedded_database: Database) -> None:
    store(embedded_database, "pay", "payments")
    store(embedded_database, "redis", "caches")
    namespaces = Namespaces(NamespaceStore(embedded_database))
    nodes = [node("pay"), node("redis", "database"), node("web")]
    assert namespaces.named(nodes) == [replace(nodes[0], namespace="payments"), *nodes[1:]]


def test_what_was_read_serves_some_seconds(embedded_database: Database) -> None:
    now = 100.0
    namespaces = Namespaces(NamespaceStore(embedded_database), lambda: now)
    assert namespaces.named([node("pay")]) == [node("pay")]
    store(embedded_database, "pay", "payments")
    now += 9.9
    assert namespaces.named([node("pay")])[0].namespace == ""
    now += 0.2
    assert namespaces.named([node("pay")])[0].namespace == "payments"
