"""Rules P1–P6 of docs/links.md, one by one; that the view says the same is tested against the engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.links.peer import MAX_NAME_LENGTH, Peer, peer_of, protocol_of
from query.model.trace import SpanKind

DB = {"db.system.name": "postgresql"}
KAFKA = {"messaging.system": "kafka"}


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({**DB, "server.address": "pg-1", "server.port": 5432}, "pg-1"),
        ({**DB, "server.address": "pg-1", "server.port": 6543}, "pg-1:6543"),
        ({**DB, "server.address": "10.1.2.3", "db.namespace": "shop"}, "shop"),
        ({**DB, "server.address": "10.1.2.3"}, "postgresql"),
        ({"db.system": "mssql"}, "microsoft.sql_server"),
        ({"db.name": "shop", "net.peer.ip": "10.0.0.1"}, "shop"),
        ({**DB, "server.address": "127.0.0.1", "server.port": "5433"}, "127.0.0.1:5433"),
        ({**DB, "peer.service": "orders-db", "server.address": "pg-1"}, "orders-db"),
    ],
)
def test_databases(attributes: dict[str, object], name: str) -> None:
    assert peer_of("client", attributes) == Peer(name, "database")


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({**KAFKA, "messaging.destination.name": "orders"}, "kafka:orders"),
        (
            {**KAFKA, "messaging.destination.name": "o-17", "messaging.destination.template": "o-{id}"},
            "kafka:o-{id}",
        ),
        (
            {**KAFKA, "messaging.destination.name": "amq.gen-x", "messaging.destination.temporary": True},
            "kafka",
        ),
        ({"messaging.destination": "orders"}, "orders"),
        ({**KAFKA, "server.address": "broker"}, "kafka"),
    ],
)
def test_queues(attributes: dict[str, object], name: str) -> None:
    assert peer_of("producer", attributes) == Peer(name, "messaging")


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"server.address": "api.example.com", "server.port": 443}, "api.example.com"),
        ({"server.address": "api.example.com", "server.port": 8443}, "api.example.com:8443"),
        ({"url.full": "https://user:secret@api.example.com:8443/x"}, "api.example.com:8443"),
        ({"http.url": "http://[2001:db8::1]:80/"}, "ipv6"),
        ({"server.address": "10.1.2.3"}, "10.1.*.*"),
        ({"rpc.system": "grpc", "rpc.service": "shop.Cart", "server.address": "10.1.2.3"}, "shop.Cart"),
        ({"rpc.method": "shop.Cart/Add"}, "shop.Cart"),
        ({"rpc.system": "aws-api", "rpc.service": "S3", "server.address": "s3.amazonaws.com"}, "S3"),
        ({"gen_ai.provider.name": "openai", "server.address": "api.openai.com"}, "openai"),
        ({"network.peer.address": "10.9.8.7"}, "10.9.*.*"),
        ({"http.host": "shop:8080", "server.port": "80"}, "shop:8080"),
    ],
)
def test_external_services(attributes: dict[str, object], name: str) -> None:
    assert peer_of("client", attributes) == Peer(name, "external")


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("server", {"server.address": "me"}),
        ("internal", {"db.system.name": "redis"}),
        ("client", {}),
        ("client", {"server.address": "", "db.system.name": ""}),
        ("client", {**KAFKA, "messaging.operation.type": "receive", "messaging.destination.name": "orders"}),
    ],
)
def test_what_names_no_peer(kind: SpanKind, attributes: dict[str, object]) -> None:
    assert peer_of(kind, attributes) is None


def test_a_database_is_one_though_it_is_called_by_http() -> None:
    assert protocol_of("client", {"http.request.method": "POST", "db.system": "elasticsearch"}) == "database"
    assert protocol_of("producer", {"http.method": "POST"}) == "messaging"
    assert protocol_of("client", {"rpc.system": "grpc", "http.method": "POST"}) == "rpc"
    assert protocol_of("internal", {}) == ""


values = st.one_of(st.text(max_size=300), st.integers(), st.booleans(), st.floats())
keys = st.sampled_from(
    [
        *(
            "server.address",
            "server.port",
            "url.full",
            "http.host",
            "db.system",
            "db.namespace",
            "rpc.method",
        ),
        *("messaging.system", "messaging.destination.name", "peer.service", "network.peer.address"),
    ]
)


@given(st.dictionaries(keys, values), st.sampled_from(["client", "producer"]))
def test_any_attributes_name_a_peer_of_bounded_length_or_none(
    attributes: dict[str, object], kind: SpanKind
) -> None:
    peer = peer_of(kind, attributes)
    assert peer is None or 0 < len(peer.name) <= MAX_NAME_LENGTH
