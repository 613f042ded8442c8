"""Which protocol a span speaks, and the name of the peer its caller side describes.

Rules P1–P6 of docs/links.md. The view `link_spans_mv` says the same in SQL; a property test holds them
together. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from query.model.trace import SpanKind

Protocol = Literal["database", "messaging", "rpc", "http", ""]
PeerKind = Literal["database", "messaging", "external"]
Attributes = Mapping[str, object]

MAX_NAME_LENGTH = 200
WEB_PORTS = frozenset({"80", "443"})
# SQL Server, Oracle, MySQL, PostgreSQL, CouchDB, Redis, Neo4j, ClickHouse ×2, Cassandra, Elasticsearch,
# Memcached, CockroachDB, MongoDB, Db2.
DATABASE_PORTS = frozenset(
    str(port)
    for port in (
        *(1433, 1521, 3306, 5432, 5984, 6379, 7687, 8123, 9000, 9042, 9200),
        *(11211, 26257, 27017, 50000),
    )
)
# db.system values that current semantic conventions spell differently.
DATABASE_RENAMES = {
    "mssql": "microsoft.sql_server",
    "oracle": "oracle.db",
    "db2": "ibm.db2",
    "dynamodb": "aws.dynamodb",
    "cosmosdb": "azure.cosmosdb",
    "redshift": "aws.redshift",
    "spanner": "gcp.spanner",
    "h2": "h2database",
}

_URL_AUTHORITY = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)")
_AUTHORITY_HOST = re.compile(r"^(\[[^\]]*\]|[^:]*)")
_AUTHORITY_PORT = re.compile(r":([0-9]+)\Z")
_IPV4 = re.compile(r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$")


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a call as its caller names it."""

    name: str
    kind: PeerKind


def text(attributes: Attributes, *names: str) -> str:
    """The first of these attributes that is there and not empty, as the store writes it."""
    for name in names:
        value = attributes.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)
    return ""


def protocol_of(kind: SpanKind, attributes: Attributes) -> Protocol:
    """What a span speaks, by old and new semantic conventions; '' when it does not say."""
    if text(attributes, "db.system.name", "db.system", "db.namespace", "db.name"):
        return "database"
    if kind in ("producer", "consumer"):
        return "messaging"
    if text(attributes, "messaging.system", "messaging.destination.name", "messaging.destination"):
        return "messaging"
    if text(attributes, "rpc.system.name", "rpc.system", "rpc.service"):
        return "rpc"
    if text(attributes, "http.request.method", "http.method"):
        return "http"
    return ""


def peer_of(kind: SpanKind, attributes: Attributes) -> Peer | None:
    """The peer of a CLIENT or PRODUCER span; None when nothing names it.

    A CLIENT span of a messaging `receive` operation waits for a message: it is no call and has no peer.
    """
    if kind not in ("client", "producer"):
        return None
    protocol = protocol_of(kind, attributes)
    if kind == "client" and text(attributes, "messaging.operation.type", "messaging.operation") == "receive":
        return None
    name = text(attributes, "service.peer.name", "peer.service") or (
        _database(attributes)
        if protocol == "database"
        else (_queue(attributes) if protocol == "messaging" else "") or _external(attributes)
    )
    if not name:
        return None
    peer_kind: PeerKind = protocol if protocol in ("database", "messaging") else "external"
    return Peer(name[:MAX_NAME_LENGTH], peer_kind)


def _queue(attributes: Attributes) -> str:
    destination = text(attributes, "messaging.destination.template")
    made_up = "true" in (
        text(attributes, "messaging.destination.temporary"),
        text(attributes, "messaging.destination.anonymous"),
    )
    if not destination and not made_up:
        destination = text(attributes, "messaging.destination.name", "messaging.destination")
    system = text(attributes, "messaging.system")
    return f"{system}:{destination}" if system and destination else system or destination


def _database(attributes: Attributes) -> str:
    host, port = _host(attributes)
    if not host:
        host, port = _socket(attributes)
    if host and not _is_bare_address(host):
        return host + _suffix(port, DATABASE_PORTS)
    system = text(attributes, "db.system.name", "db.system")
    named = text(attributes, "db.namespace", "db.name") or DATABASE_RENAMES.get(system, system)
    return named or _collapsed(host)


def _external(attributes: Attributes) -> str:
    if named := text(attributes, "gen_ai.provider.name", "gen_ai.system", "faas.invoked_name"):
        return named
    rpc_method = text(attributes, "rpc.method")
    rpc_service = text(attributes, "rpc.service") or rpc_method.rpartition("/")[0]
    if text(attributes, "rpc.system.name", "rpc.system") == "aws-api" and rpc_service:
        return rpc_service
    host, port = _host(attributes)
    if host and not _is_bare_address(host):
        return host + _suffix(port, WEB_PORTS)
    if rpc_service:
        return rpc_service
    if not host:
        host, port = _socket(attributes)
        if host and not _is_bare_address(host):
            return host + _suffix(port, WEB_PORTS)
    return _collapsed(host)


def _host(attributes: Attributes) -> tuple[str, str]:
    port = text(attributes, "server.port", "net.peer.port")
    if host := text(attributes, "server.address", "net.peer.name"):
        return host, port
    authority = text(attributes, "http.host") or _first_group(
        _URL_AUTHORITY, text(attributes, "url.full", "http.url")
    )
    host = _first_group(_AUTHORITY_HOST, authority)
    return (host, _first_group(_AUTHORITY_PORT, authority) or port) if host else ("", "")


def _socket(attributes: Attributes) -> tuple[str, str]:
    return (
        text(attributes, "network.peer.address", "net.peer.ip", "net.sock.peer.addr"),
        text(attributes, "network.peer.port", "net.sock.peer.port", "net.peer.port"),
    )


def _first_group(pattern: re.Pattern[str], value: str) -> str:
    found = pattern.search(value)
    return found.group(1) if found else ""


def _suffix(port: str, usual: frozenset[str]) -> str:
    return f":{port}" if port and port not in usual else ""


def _is_bare_address(host: str) -> bool:
    """An address of one machine says little and changes often; loopback is kept (it is a developer's)."""
    if _IPV4.match(host):
        return not host.startswith("127.")
    return host.count(":") > 1 and host not in ("::1", "[::1]")


def _collapsed(host: str) -> str:
    """One node for addresses of one network, not one per machine."""
    if not host:
        return ""
    if _IPV4.match(host):
        first, second, _, _ = host.split(".")
        return f"{first}.{second}.*.*"
    return "ipv6"
